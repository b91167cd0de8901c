//! Measures itself: what a frame costs, free-running, at 60 a second, and when nothing happens.
//!
//! Each result is a console line `bench: NAME VALUE UNIT`; the last one is `bench: done`, and then the domain ends. Command line: `flips=N` (300)
//! free-running flips, `seconds=S` (5) at 60 a second and S of idling.
#![no_std]
#![no_main]

use vitrine::Counters;
use vitrine::embedded_graphics::primitives::Rectangle;
use vitrine::prelude::*;

vitrine::main!(measure);

const SQUARE: u32 = 64;

async fn measure(system: System) -> Result<(), Error> {
    let flips = system.command_line().number("flips", 1..=100_000, 300u32)?;
    let seconds = system.command_line().number("seconds", 1..=600, 5u32)?;
    let mut display = system.display().await?;
    for number in 0..2 {
        let mut frame = display.acquire().await?;
        frame.clear(Rgb888::CSS_DARK_SLATE_GRAY)?;
        frame.present().await?;
        if number == 0 {
            info!("bench: first_flip_cpu {} us", system.cpu_time().unwrap_or_default().as_micros());
        }
    }
    display.set_pacing(Pacing::Free);
    let free = run(&mut display, &system, u64::from(flips), false).await?;
    free.report("free", flips);
    display.set_pacing(Pacing::Refresh(vitrine::REFRESH));
    let paced_flips = 60 * seconds;
    let paced = run(&mut display, &system, u64::from(paced_flips), true).await?;
    paced.report("paced", paced_flips);
    idle(&system, seconds).await;
    let statistics = display.statistics();
    info!("bench: unconfirmed {} flips", statistics.unconfirmed);
    info!("bench: stray_events {} events", statistics.stray_events);
    let memory = system.memory();
    info!("bench: memory_total {} bytes", memory.total);
    info!("bench: memory_used_at_most {} bytes", memory.used_at_most);
    info!("bench: done");
    Ok(())
}

/// The counts at one moment, or between two.
struct Reading {
    time: Duration,
    cpu: Duration,
    counters: Counters,
}

impl Reading {
    fn now(system: &System) -> Self {
        let cpu = system.cpu_time().unwrap_or_default();
        Self { time: system.clock().uptime(), cpu, counters: system.counters() }
    }

    fn until_now(&self, system: &System) -> Self {
        let Self { time, cpu, counters: now } = Self::now(system);
        let (mut counters, before) = (now, &self.counters);
        counters.hypercalls.notify -= before.hypercalls.notify;
        counters.hypercalls.timer -= before.hypercalls.timer;
        counters.hypercalls.other -= before.hypercalls.other;
        counters.allocations -= before.allocations;
        counters.wakeups -= before.wakeups;
        Self { time: time - self.time, cpu: cpu - self.cpu, counters }
    }

    /// CPU seconds per second.
    fn cpu_share(&self) -> f64 {
        self.cpu.as_secs_f64() / self.time.as_secs_f64()
    }

    fn report(&self, phase: &str, frames: u32) {
        let frames = f64::from(frames);
        let Counters { hypercalls, allocations, wakeups } = self.counters;
        info!("bench: {phase}_flips_per_second {:.1} 1/s", frames / self.time.as_secs_f64());
        info!("bench: {phase}_cpu {:.6} s/s", self.cpu_share());
        info!("bench: {phase}_notify_per_frame {:.3} hypercalls", hypercalls.notify as f64 / frames);
        info!("bench: {phase}_timer_per_frame {:.3} hypercalls", hypercalls.timer as f64 / frames);
        info!("bench: {phase}_other_per_frame {:.3} hypercalls", hypercalls.other as f64 / frames);
        info!("bench: {phase}_allocations_per_frame {:.3} allocations", allocations as f64 / frames);
        info!("bench: {phase}_wakeups_per_frame {:.3} wakeups", wakeups as f64 / frames);
    }
}

/// Flips so many times; `draw` moves a square, as the Linux guest that it is compared with does.
async fn run(display: &mut Display, system: &System, flips: u64, draw: bool) -> Result<Reading, Error> {
    let before = Reading::now(system);
    for number in 0..flips {
        let mut frame = display.acquire().await?;
        if draw {
            let right = frame.size().width.saturating_sub(SQUARE).max(1);
            let at = Point::new((number as u32 * 4 % right) as i32, 8);
            let old = Point::new((number.saturating_sub(2) as u32 * 4 % right) as i32, 8);
            frame.fill_solid(&Rectangle::new(old, Size::new_equal(SQUARE)), Rgb888::CSS_DARK_SLATE_GRAY)?;
            frame.fill_solid(&Rectangle::new(at, Size::new_equal(SQUARE)), Rgb888::CSS_ORANGE)?;
        }
        frame.present().await?;
    }
    Ok(before.until_now(system))
}

/// Waits with nothing to do; the time-outs of the last frame are given time to pass first.
async fn idle(system: &System, seconds: u32) {
    let clock = system.clock();
    clock.sleep(Duration::from_secs(4)).await;
    let before = Reading::now(system);
    clock.sleep(Duration::from_secs(u64::from(seconds))).await;
    let idle = before.until_now(system);
    // The one wake-up that ends the phase is the measurement's own.
    info!("bench: idle_wakeups {} wakeups", idle.counters.wakeups.saturating_sub(1));
    info!("bench: idle_cpu {:.6} s/s", idle.cpu_share());
}
