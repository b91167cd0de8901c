//! Motion by time and not by frame.
//!
//! A [`Tween`] is a plain value: where something was, where it goes, when it set out and how long it takes. Asked with a
//! time it says where the thing is then; asking changes nothing, so that a picture depends on the time alone, and neither
//! on how many frames were drawn before nor on when. What moves says with `next_change` until when it wants to be drawn
//! again, so that nobody has to tick while nothing moves.

use core::time::Duration;

/// How a way is divided over its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Easing {
    /// Evenly.
    Linear,
    /// Fast at first, slow at the end: an answer to a touch, or a thing that was thrown.
    Out,
    /// Slow at both ends: a thing that moves by itself.
    InOut,
}

impl Easing {
    /// The part of the way that is behind after this part of the time; both from 0 to 1.
    fn part(self, time: f32) -> f32 {
        let left = 1.0 - time;
        match self {
            Self::Linear => time,
            Self::Out => 1.0 - left * left * left,
            Self::InOut if time < 0.5 => 4.0 * time * time * time,
            Self::InOut => 1.0 - 4.0 * left * left * left,
        }
    }
}

/// A number on its way from one value to another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tween {
    from: f32,
    to: f32,
    start: Duration,
    duration: Duration,
    easing: Easing,
}

impl Tween {
    /// A number that rests.
    pub const fn still(value: f32) -> Self {
        Self { from: value, to: value, start: Duration::ZERO, duration: Duration::ZERO, easing: Easing::Linear }
    }

    /// A number that sets out from `from` at the time `start` and is at `to` after `duration`.
    pub const fn new(from: f32, to: f32, start: Duration, duration: Duration, easing: Easing) -> Self {
        Self { from, to, start, duration, easing }
    }

    /// The number at a time: `from` before the start, `to` when the time is over.
    pub fn at(&self, now: Duration) -> f32 {
        let passed = now.saturating_sub(self.start);
        if passed >= self.duration {
            return self.to;
        }
        let part = self.easing.part(passed.as_secs_f32() / self.duration.as_secs_f32());
        self.from + (self.to - self.from) * part
    }

    /// Where it goes.
    pub const fn target(&self) -> f32 {
        self.to
    }

    /// Sends it to `to` from wherever it is now. Nothing happens when it is on its way there already.
    pub fn send(&mut self, to: f32, now: Duration, duration: Duration, easing: Easing) {
        if to.to_bits() != self.to.to_bits() {
            *self = Self::new(self.at(now), to, now, duration, easing);
        }
    }

    /// When the number may be another than it is now: `now` (draw the next frame) while it moves, `None` when it rests.
    pub fn next_change(&self, now: Duration) -> Option<Duration> {
        (now < self.start.saturating_add(self.duration) && self.from.to_bits() != self.to.to_bits())
            .then_some(now.max(self.start))
    }
}

/// The earlier of two times at which something changes.
pub fn sooner(one: Option<Duration>, other: Option<Duration>) -> Option<Duration> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn begins_and_ends_where_it_should() {
        for easing in [Easing::Linear, Easing::Out, Easing::InOut] {
            let tween = Tween::new(2.0, 10.0, SECOND, 2 * SECOND, easing);
            assert_eq!([tween.at(Duration::ZERO), tween.at(SECOND)], [2.0, 2.0]);
            assert_eq!([tween.at(3 * SECOND), tween.at(Duration::MAX)], [10.0, 10.0]);
            assert_eq!(tween.next_change(Duration::ZERO), Some(SECOND));
            assert_eq!(tween.next_change(2 * SECOND), Some(2 * SECOND));
            assert_eq!(tween.next_change(3 * SECOND), None);
        }
        assert_eq!(Tween::new(2.0, 10.0, SECOND, 2 * SECOND, Easing::InOut).at(2 * SECOND), 6.0);
    }

    proptest! {
        /// Two people who watch the same events, one at every frame and one seldom, see the same at the end.
        #[test]
        fn whoever_asks_changes_nothing(
            turns in prop::collection::vec((0_u64..2000, -100.0_f32..100.0, 0_u64..500), 1..12),
            questions in prop::collection::vec(0_u64..3000, 0..40),
        ) {
            let (mut asked, mut left_alone) = (Tween::still(0.0), Tween::still(0.0));
            let mut now = 0;
            for (after, to, duration) in turns {
                for &question in questions.iter().filter(|&&question| question < after) {
                    let at = asked.at(Duration::from_millis(now + question));
                    prop_assert!(at.is_finite());
                    let _ = asked.next_change(Duration::from_millis(now + question));
                }
                now += after;
                for tween in [&mut asked, &mut left_alone] {
                    tween.send(to, Duration::from_millis(now), Duration::from_millis(duration), Easing::Out);
                }
                let later = Duration::from_millis(now + 123);
                prop_assert_eq!(asked.at(later), left_alone.at(later));
            }
        }

        /// It goes one way, stays between its ends, and rests when it says so.
        #[test]
        fn goes_one_way(to in -1e6_f32..1e6, millis in 1_u64..5000, easing in 0_usize..3) {
            let easing = [Easing::Linear, Easing::Out, Easing::InOut][easing];
            let tween = Tween::new(0.0, to, Duration::ZERO, Duration::from_millis(millis), easing);
            let mut last = 0.0_f32;
            for step in 0..=20 {
                let now = Duration::from_millis(millis * step / 20);
                let at = tween.at(now).abs();
                prop_assert!(at >= last - to.abs() * 1e-5 && at <= to.abs() * 1.000_01);
                prop_assert_eq!(tween.next_change(now).is_none(), step == 20 || to == 0.0);
                last = at;
            }
        }
    }
}
