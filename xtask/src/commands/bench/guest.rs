//! `cargo xtask bench render --guest`: the scenes inside a guest, counted by its own clock, with AVX2 and with SSE2.

use anyhow::{Context, Result, bail};
use std::time::Duration;
use xtask::lab::{Lab, Need};
use xtask::machine::{Clock, GuestConfig, Machine, Options, Payload, SCREEN, Vectors};
use xtask::{images, say};

/// The appliance.
const EXAMPLE: &str = "render";

/// Its last line.
const DONE: &str = "render: done";

/// Two frame buffers, a picture, what is recorded of a scene, and room.
const MEMORY_MIB: u32 = 128;

/// How long it may take. Emulated instructions are slow.
const LIMIT: Duration = Duration::from_secs(1_800);

/// What one scene took with one kind of instructions, in nanoseconds.
#[derive(Debug, Clone, PartialEq)]
struct Taken {
    scene: String,
    level: String,
    limit: f64,
    memory: f64,
    frame: f64,
}

pub struct Wishes<'w> {
    pub scenes: &'w [String],
    pub rounds: u32,
    pub icount: bool,
}

pub fn run(wishes: &Wishes<'_>) -> Result<String> {
    let image = images::appliance(EXAMPLE)?;
    let backend = images::backend()?;
    let lab = Lab::open()?;
    let need = if wishes.icount { Need::Icount } else { Need::Daily };
    lab.prepare(need, false)?;
    let mut payload = Payload::default();
    payload.file("render.elf", &image.file)?;
    payload.file("vitrine-backend", &backend.file)?;
    let clock = if wishes.icount { Clock::Instructions } else { Clock::Host };
    let machine = Machine::start(&lab, Options { payload, clock, vectors: Vectors::Avx, ..Options::default() })?;
    let backend = machine.start_backend(SCREEN)?;
    let mut config = GuestConfig::new(EXAMPLE, "/payload/render.elf");
    config.memory_mib = MEMORY_MIB;
    config.connectors = "Virtual-1:1920x1080".to_owned();
    config.command_line = format!("rounds={}", wishes.rounds);
    if let [scene] = wishes.scenes {
        config.command_line += &format!(" scene={scene}");
    }
    // What dom0 does meanwhile would be measured too, and may crash: the console is read when the guest has ended.
    machine.run_ok("touch /run/quiet")?;
    let guest = machine.create(&config)?;
    let ended = guest.wait_shutdown(LIMIT);
    let console = machine.run_ok(&format!("cat /var/log/xen/console/guest-{EXAMPLE}.log"))?;
    let told = || format!("the appliance said:\n{console}\nthe back end said:\n{}", backend.log());
    ended.with_context(told)?;
    if !console.contains(DONE) {
        bail!("the measurement was not finished; {}", told());
    }
    let table = table(&console.lines().filter_map(reported).collect::<Vec<_>>());
    let how = how(wishes.icount, &lab.qemu(need)?.version);
    say!("{how}\n\n{table}");
    Ok(format!("{how}\n\n{table}"))
}

fn how(icount: bool, qemu: &str) -> String {
    let unit = if icount { "emulated instructions, a nanosecond each" } else { "the host's time" };
    format!(
        "1920x1080, on Xen in QEMU {qemu} without KVM, counted by the guest's clock in {unit}.\n\
         An emulator makes no difference between a cache and memory, and an instruction on 32 bytes costs it about as\n\
         much as one on 16: only the ratios mean something, and they count instructions."
    )
}

/// The values of a line `render: SCENE LEVEL LIMIT MEMORY FRAME`, whatever stands before.
fn reported(line: &str) -> Option<Taken> {
    let mut words = line.split_once("render: ")?.1.split_whitespace();
    let (scene, level) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut value = || words.next()?.parse::<f64>().ok();
    Some(Taken { scene, level, limit: value()?, memory: value()?, frame: value()? })
}

/// A row a scene, as Markdown: for each level the limit in µs and the ratios of drawing to it, and SSE2's time to AVX2's.
fn table(taken: &[Taken]) -> String {
    let mut text = String::from(
        "| scene | AVX2: limit µs | memory | frame buffer | SSE2: limit µs | memory | frame buffer | SSE2 / AVX2 |\n\
         |---|---|---|---|---|---|---|---|\n",
    );
    let ratio = |one: f64, other: f64| if other > 0.0 { format!("{:.2}", one / other) } else { "–".to_owned() };
    for sse2 in taken.iter().filter(|taken| taken.level == "SSE2") {
        let avx2 = taken.iter().find(|taken| taken.level == "AVX2" && taken.scene == sse2.scene);
        let cells = |taken: Option<&Taken>| match taken {
            Some(taken) => format!(
                "{:.0} | {} | {}",
                taken.limit / 1_000.0,
                ratio(taken.memory, taken.limit),
                ratio(taken.frame, taken.limit)
            ),
            None => "– | – | –".to_owned(),
        };
        let gain = avx2.map_or_else(|| "–".to_owned(), |avx2| ratio(sse2.memory, avx2.memory));
        text += &format!("| {} | {} | {} | {gain} |\n", sse2.scene, cells(avx2), cells(Some(sse2)));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_become_a_row() {
        let lines =
            ["[1.0] INFO render: clear AVX2 2000 2200 4000", "render: clear SSE2 3000 3300 6000", "render: done"];
        let taken: Vec<_> = lines.into_iter().filter_map(reported).collect();
        assert_eq!(taken.len(), 2);
        assert!(table(&taken).ends_with("| clear | 2 | 1.10 | 2.00 | 3 | 1.10 | 2.00 | 1.50 |\n"), "{}", table(&taken));
    }
}
