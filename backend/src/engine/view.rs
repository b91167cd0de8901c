//! What a connector shows, and in which mode: how SET_CONFIG is understood.

use vitrine_xen::edid::Edid;
use vitrine_xen::io::displif::Scanout;
use vitrine_xen::io::displif::nodes::Resolution;

use super::Refusal;
use super::config::Version;

/// The mode that a SET_CONFIG wants: that of exactly its size, if the front end knows of modes, else the configured one. A
/// front end of version 1 can't know of others; Linux is one, and may give any size.
pub fn choose_mode(scanout: &Scanout, configured: Resolution, version: Version, screen: &Edid) -> Resolution {
    let Scanout { width, height, .. } = *scanout;
    let is_mode = || screen.modes.iter().any(|mode| (mode.width, mode.height) == (width, height));
    if version >= Version::Two && is_mode() { Resolution { width, height } } else { configured }
}

/// What a connector in `mode` shows of a framebuffer of `size` (width and height).
///
/// Linux gives the size of the whole framebuffer, wherever in it the connector's part begins
/// (`xen_drm_front_kms.c`): then it is as much as the mode has room for. Any other size has to fit the mode, and the
/// framebuffer, which is not checked here.
pub fn visible_part(scanout: &Scanout, size: (u32, u32), mode: Resolution) -> Result<Scanout, Refusal> {
    let Scanout { x, y, width, height, .. } = *scanout;
    if (width, height) == size {
        let (right, below) = (width.saturating_sub(x), height.saturating_sub(y));
        return Ok(Scanout { width: right.min(mode.width), height: below.min(mode.height), ..*scanout });
    }
    if width > mode.width || height > mode.height {
        return Err(Refusal::OutsideConnector(mode));
    }
    Ok(*scanout)
}

#[cfg(test)]
mod tests {
    use super::*;
    use vitrine_xen::edid::Mode;

    const CONFIGURED: Resolution = Resolution { width: 64, height: 48 };

    fn part(x: u32, y: u32, width: u32, height: u32) -> Scanout {
        Scanout { fb_cookie: 1, x, y, width, height, bits_per_pixel: 32 }
    }

    #[test]
    fn only_a_front_end_of_version_2_chooses_a_mode() {
        let screen = Edid { modes: vec![Mode::new(128, 96, 60_000).unwrap()], ..Edid::default() };
        let chosen = |version, width, height| {
            let Resolution { width, height } = choose_mode(&part(0, 0, width, height), CONFIGURED, version, &screen);
            (width, height)
        };
        assert_eq!(chosen(Version::Two, 128, 96), (128, 96));
        assert_eq!(chosen(Version::One, 128, 96), (64, 48));
        for (width, height) in [(64, 48), (127, 96), (128, 97), (1, 1)] {
            assert_eq!(chosen(Version::Two, width, height), (64, 48), "{width}x{height}");
        }
    }

    #[test]
    fn the_size_of_the_whole_framebuffer_is_cut_and_no_other() {
        let visible = |scanout: Scanout| {
            let Scanout { x, y, width, height, .. } = visible_part(&scanout, (100, 60), CONFIGURED).ok()?;
            Some((x, y, width, height))
        };
        assert_eq!(visible(part(0, 0, 100, 60)), Some((0, 0, 64, 48)));
        assert_eq!(visible(part(50, 20, 100, 60)), Some((50, 20, 50, 40)));
        assert_eq!(visible(part(100, 0, 100, 60)), Some((100, 0, 0, 48)), "nothing is left, which is refused later");
        assert_eq!(visible(part(36, 0, 64, 48)), Some((36, 0, 64, 48)));
        for scanout in [part(0, 0, 99, 60), part(0, 0, 65, 48), part(0, 0, 64, 49), part(0, 0, u32::MAX, 1)] {
            assert_eq!(visible(scanout), None, "{scanout:?}");
        }
    }
}
