//! SET_CONFIG: what a connector shows, and what it can't.

use vitrine_xen::io::displif::nodes::Resolution;
use vitrine_xen::io::displif::{Operation, Scanout};
use vitrine_xen::platform::{FrontPlatform, Store};

use super::Expected::{Answered, Done, Refused};
use super::{Row, Stop, Suite, whole};

impl<P: FrontPlatform, S: Store, R: FnMut(&Row)> Suite<P, S, R> {
    pub(super) async fn config(&mut self) -> Result<(), Stop> {
        let size = self.resolution(0);
        let reset = Operation::SetConfig(Scanout::default());
        self.case(("reset-first", "SET_CONFIG reset, never set"), 0, reset, (Done, "0")).await?;
        let unknown = Operation::SetConfig(whole(0xdead, size));
        self.case(("unknown", "SET_CONFIG, unknown fb_cookie"), 0, unknown, (Refused, "-2")).await?;
        let (buffer, fb_cookie) = self.framebuffer(size).await?;
        let valid = whole(fb_cookie, size);
        let Resolution { width, height } = size;
        let cases = [
            ("valid", "SET_CONFIG, the whole framebuffer", valid, Done, "0"),
            ("again", "SET_CONFIG, the same again", valid, Done, ""),
            ("part", "SET_CONFIG, half the width and height", half(valid), Answered, ""),
            ("beyond", "SET_CONFIG 5000x5000", Scanout { width: 5000, height: 5000, ..valid }, Refused, "0"),
            ("x-beyond", "SET_CONFIG, x is the width", Scanout { x: width, width: 1, ..valid }, Refused, ""),
            ("y-beyond", "SET_CONFIG, y is the height", Scanout { y: height, height: 1, ..valid }, Refused, ""),
            ("x-overflow", "SET_CONFIG, x + width leaves 32 bits", Scanout { x: u32::MAX, ..valid }, Refused, ""),
            ("width-0", "SET_CONFIG, width 0 and not all zero", Scanout { width: 0, ..valid }, Refused, ""),
            ("depth", "SET_CONFIG, bpp 16 on XR24", Scanout { bits_per_pixel: 16, ..valid }, Answered, "0"),
        ];
        for (name, request, scanout, expected, displ_be) in cases {
            self.case((name, request), 0, Operation::SetConfig(scanout), (expected, displ_be)).await?;
        }
        self.case(("reset", "SET_CONFIG reset"), 0, reset, (Done, "0")).await?;
        self.case(("reset-again", "SET_CONFIG reset, again"), 0, reset, (Done, "0")).await?;
        self.case(("set-again", "SET_CONFIG after a reset"), 0, Operation::SetConfig(valid), (Done, "")).await?;
        self.need("the connector is reset", 0, reset).await?;
        self.give_back(buffer, fb_cookie).await?;
        self.several_connectors().await
    }

    /// One framebuffer on two connectors: the same part of it (mirror), and two parts (span).
    async fn several_connectors(&mut self) -> Result<(), Stop> {
        if self.connectors() < 2 {
            return Ok(());
        }
        let sizes = [self.resolution(0), self.resolution(1)];
        let height = sizes[0].height.max(sizes[1].height);
        let both = Resolution { width: sizes[0].width + sizes[1].width, height };
        let (buffer, fb_cookie) = self.framebuffer(both).await?;
        let [left, mirror] = sizes.map(|size| whole(fb_cookie, size));
        let right = Scanout { x: sizes[0].width, ..mirror };
        // Linux says the framebuffer's size, wherever the part begins.
        let linux = Scanout { x: sizes[0].width, ..whole(fb_cookie, both) };
        let cases = [
            (0, "span-left", "SET_CONFIG, the left part of two", left, Done),
            (1, "span-right", "SET_CONFIG on connector 1, the right part", right, Done),
            (1, "span-linux", "SET_CONFIG on connector 1, x but the whole size", linux, Answered),
            (1, "mirror", "SET_CONFIG on connector 1, what connector 0 shows", mirror, Done),
        ];
        for (on, name, request, scanout, expected) in cases {
            self.case((name, request), on, Operation::SetConfig(scanout), (expected, "")).await?;
        }
        for on in [0, 1] {
            self.need("the connectors are reset", on, Operation::SetConfig(Scanout::default())).await?;
        }
        self.give_back(buffer, fb_cookie).await
    }
}

fn half(scanout: Scanout) -> Scanout {
    Scanout { width: scanout.width / 2, height: scanout.height / 2, ..scanout }
}
