//! A connector's modes: what they are, which of them shows a guest, and where on it the picture lies.

use drm::control::{Mode, ModeTypeFlags, connector};
use vitrine_xen::edid;
use vitrine_xen::io::displif::nodes::Resolution;

use crate::output::OutputError;

/// The refresh rate that is liked best, in Hz: what displif front ends take a screen to have.
const USUAL_REFRESH: u32 = 60;

/// The mode of exactly this size, else the one with the fewest pixels around the picture; among equals the preferred one,
/// then the one nearest to 60 Hz.
pub(super) fn choose(connector: &connector::Info, resolution: Resolution) -> Result<Mode, OutputError> {
    if connector.state() == connector::State::Disconnected {
        return Err(OutputError::Disconnected(connector.to_string()));
    }
    let ranked = connector.modes().iter().filter_map(|mode| {
        let preferred = mode.mode_type().contains(ModeTypeFlags::PREFERRED);
        Some((rank(mode.size(), preferred, mode.vrefresh(), resolution)?, mode))
    });
    let best = ranked.min_by_key(|(rank, _)| *rank);
    best.map(|(_, mode)| *mode).ok_or_else(|| OutputError::NoMode(connector.to_string(), resolution))
}

/// The sizes that a connector can show, each with the rate that [`choose`] takes; the preferred one first.
pub(super) fn offered(connector: &connector::Info) -> Vec<edid::Mode> {
    let mut offered: Vec<edid::Mode> = Vec::new();
    let mut modes: Vec<&Mode> = connector.modes().iter().collect();
    modes.sort_by_key(|mode| !mode.mode_type().contains(ModeTypeFlags::PREFERRED));
    for mode in modes {
        let (width, height) = (u32::from(mode.size().0), u32::from(mode.size().1));
        let known = offered.iter().any(|mode| (mode.width, mode.height) == (width, height));
        if !known && let Ok(best) = choose(connector, Resolution { width, height }) {
            offered.extend(edid::Mode::new(width, height, refresh_millihertz(&best)));
        }
    }
    offered
}

/// A mode's rate from its timing, in millihertz; the kernel's number in whole hertz where the timing says nothing.
fn refresh_millihertz(mode: &Mode) -> u32 {
    let pixels = u64::from(mode.hsync().2) * u64::from(mode.vsync().2);
    let exact = (u64::from(mode.clock()) * 1_000_000).checked_div(pixels).and_then(|rate| u32::try_from(rate).ok());
    exact.unwrap_or_else(|| mode.vrefresh().saturating_mul(1000))
}

/// How far a mode is from what is wanted: less is better, `None` is too small.
fn rank(
    (width, height): (u16, u16),
    preferred: bool,
    refresh: u32,
    resolution: Resolution,
) -> Option<(u32, bool, u32)> {
    let (width, height) = (u32::from(width), u32::from(height));
    let fits = width >= resolution.width && height >= resolution.height;
    fits.then(|| (width * height, !preferred, refresh.abs_diff(USUAL_REFRESH)))
}

/// Where the left upper corner of a picture lies when it is in the middle of a screen that is at least as large.
pub(super) fn middle(screen: (u32, u32), picture: (u32, u32)) -> (u32, u32) {
    ((screen.0 - picture.0) / 2, (screen.1 - picture.1) / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WANTED: Resolution = Resolution { width: 1024, height: 768 };

    #[test]
    fn the_exact_size_comes_first_then_the_next_larger_one() {
        let exact = rank((1024, 768), false, 75, WANTED);
        let wider = rank((1152, 768), true, 60, WANTED);
        let huge = rank((3840, 2160), true, 60, WANTED);
        assert!(exact < wider && wider < huge && exact.is_some());
        assert_eq!(rank((1280, 720), true, 60, WANTED), None);
        assert_eq!(rank((800, 1200), true, 60, WANTED), None);
    }

    #[test]
    fn among_equal_sizes_the_preferred_one_and_then_the_usual_rate_wins() {
        let preferred = rank((1024, 768), true, 85, WANTED);
        let usual = rank((1024, 768), false, 60, WANTED);
        let fast = rank((1024, 768), false, 75, WANTED);
        assert!(preferred < usual && usual < fast);
    }

    #[test]
    fn a_picture_lies_in_the_middle() {
        assert_eq!(middle((1024, 768), (1024, 768)), (0, 0));
        assert_eq!(middle((1024, 768), (1000, 700)), (12, 34));
        assert_eq!(middle((5, 5), (2, 2)), (1, 1));
    }
}
