//! GET_EDID: what a guest is told of its screen.
//!
//! The screen's own EDID would not do: the resolution that the toolstack has configured has to be the preferred mode, for a
//! front end takes the preferred mode instead of the configured one (`io/displif.h`), and timings of a real cable mean
//! nothing to it. So it is written anew, with the screen's name, size and modes.

use vitrine_xen::edid::{self, Edid, Mode};
use vitrine_xen::io::displif::EDID_BUFFER_SIZE;
use vitrine_xen::io::displif::nodes::Resolution;
use vitrine_xen::platform::{BackPlatform, SharedPages};
use vitrine_xen::{DomainId, GrantRef, PAGE_SIZE};

use super::{Refusal, directory};

/// The rate of the configured resolution where the screen has no such mode, in millihertz: what a guest expects.
const USUAL_REFRESH: u32 = 60_000;

/// The EDID of a screen that a guest knows as connector `connector` of resolution `configured`.
pub fn describe(screen: Edid, connector: &str, configured: Resolution) -> Result<Vec<u8>, Refusal> {
    let is_configured = |mode: &Mode| (mode.width, mode.height) == (configured.width, configured.height);
    let exact = screen.modes.iter().find(|mode| is_configured(mode));
    let refresh = exact.map_or(USUAL_REFRESH, |mode| mode.refresh_millihertz);
    let first = Mode::new(configured.width, configured.height, refresh).ok_or(Refusal::NoEdid(configured))?;
    let others = screen.modes.iter().filter(|mode| !is_configured(mode));
    let modes = core::iter::once(Mode { preferred: true, ..first })
        .chain(others.map(|mode| Mode { preferred: false, ..*mode }))
        .collect();
    let name = screen.name.or_else(|| Some(connector.into()));
    Ok(edid::build(&Edid { name, size: screen.size, modes }))
}

/// Writes an EDID into a guest's buffer. Only the pages that it takes are mapped, and only while they are written.
pub fn write<P: BackPlatform>(
    platform: &P,
    guest: DomainId,
    (buffer_size, first): (u32, GrantRef),
    bytes: &[u8],
) -> Result<u32, Refusal> {
    if buffer_size < EDID_BUFFER_SIZE {
        return Err(Refusal::EdidBuffer(buffer_size));
    }
    let references = directory::read(platform, guest, first, bytes.len().div_ceil(PAGE_SIZE))?;
    let pages = platform.map(guest, &references).map_err(Refusal::Map)?;
    pages.memory().write(0, bytes);
    Ok(bytes.len() as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIGURED: Resolution = Resolution { width: 1024, height: 768 };

    fn described(screen: Edid, configured: Resolution) -> Edid {
        edid::parse(&describe(screen, "HDMI-A-1", configured).unwrap()).unwrap()
    }

    fn mode(width: u32, height: u32, hertz: u32, preferred: bool) -> Mode {
        Mode { preferred, ..Mode::new(width, height, hertz * 1000).unwrap() }
    }

    fn sizes(edid: &Edid) -> Vec<(u32, u32, u32, bool)> {
        let hertz = |mode: &Mode| (mode.refresh_millihertz + 500) / 1000;
        edid.modes.iter().map(|mode| (mode.width, mode.height, hertz(mode), mode.preferred)).collect()
    }

    #[test]
    fn the_configured_resolution_is_preferred() {
        let modes = vec![mode(1920, 1080, 60, true), mode(1024, 768, 75, false), mode(640, 480, 60, false)];
        let edid = described(Edid { modes, name: Some("U2720Q".into()), size: None }, CONFIGURED);
        let expected = [(1024, 768, 75, true), (1920, 1080, 60, false), (640, 480, 60, false)];
        assert_eq!(sizes(&edid), expected);
        assert_eq!(edid.name.as_deref(), Some("U2720Q"));
    }

    #[test]
    fn a_resolution_that_is_no_mode_is_offered_all_the_same() {
        let edid = described(Edid { modes: vec![mode(1280, 800, 60, true)], ..Edid::default() }, CONFIGURED);
        assert_eq!(sizes(&edid), [(1024, 768, 60, true), (1280, 800, 60, false)]);
        assert_eq!(edid.name.as_deref(), Some("HDMI-A-1"), "a name is needed");
    }

    #[test]
    fn a_resolution_beyond_what_edids_can_say_has_none() {
        let configured = Resolution { width: 32767, height: 768 };
        assert!(matches!(describe(Edid::default(), "HDMI-A-1", configured), Err(Refusal::NoEdid(_))));
    }
}
