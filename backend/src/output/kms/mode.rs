//! Which of a connector's modes shows a guest.

use drm::control::{Mode, ModeTypeFlags, connector};
use vitrine_xen::io::displif::nodes::Resolution;

use crate::output::OutputError;

/// The mode of exactly this size, else the one with the fewest pixels around the picture; among equals the preferred one,
/// then the one nearest to 60 Hz.
pub(super) fn choose(connector: &connector::Info, resolution: Resolution) -> Result<Mode, OutputError> {
    if connector.state() == connector::State::Disconnected {
        return Err(OutputError::Disconnected(connector.to_string()));
    }
    let large_enough = connector.modes().iter().filter(|mode| fits(mode.size(), resolution));
    let best = large_enough.min_by_key(|mode| {
        let preferred = mode.mode_type().contains(ModeTypeFlags::PREFERRED);
        (area(mode.size()), !preferred, mode.vrefresh().abs_diff(60))
    });
    best.copied().ok_or_else(|| OutputError::NoMode(connector.to_string(), resolution))
}

fn fits((width, height): (u16, u16), resolution: Resolution) -> bool {
    u32::from(width) >= resolution.width && u32::from(height) >= resolution.height
}

fn area((width, height): (u16, u16)) -> u32 {
    u32::from(width) * u32::from(height)
}
