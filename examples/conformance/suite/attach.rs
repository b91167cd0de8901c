//! FB_ATTACH and FB_DETACH: cookies, formats, sizes.

use vitrine_xen::io::displif::{Framebuffer, Operation, PixelFormat, Status};
use vitrine_xen::platform::{FrontPlatform, Store};

use super::Expected::{Answered, Done, Refused};
use super::{Actual, Expected, Row, Stop, Suite};

/// A picture of 64x64 pixels.
const SIDE: u32 = 64;

impl<P: FrontPlatform, S: Store, R: FnMut(&Row)> Suite<P, S, R> {
    pub(super) async fn attach(&mut self) -> Result<(), Stop> {
        let buffer = self.buffer(4 * SIDE * SIDE)?;
        self.need("a buffer is created", 0, Operation::BufferCreate(buffer.offer(SIDE, SIDE))).await?;
        let valid = buffer.attach(0x1000, SIDE, SIDE);
        let changed = |change: fn(&mut Framebuffer)| {
            let mut framebuffer = valid;
            change(&mut framebuffer);
            framebuffer
        };
        let cases = [
            ("valid", "FB_ATTACH 64x64 XR24", valid, Done, "0"),
            ("smaller", "FB_ATTACH 3x5 XR24", changed(|fb| (fb.width, fb.height) = (3, 5)), Answered, ""),
            ("cookie-0", "FB_ATTACH, fb_cookie 0", changed(|fb| fb.fb_cookie = 0), Refused, ""),
            ("no-buffer", "FB_ATTACH, unknown dbuf_cookie", changed(|fb| fb.dbuf_cookie = 0xdead), Refused, "-2"),
            ("buffer-0", "FB_ATTACH, dbuf_cookie 0", changed(|fb| fb.dbuf_cookie = 0), Refused, ""),
            ("width-0", "FB_ATTACH 0x64", changed(|fb| fb.width = 0), Refused, ""),
            ("height-0", "FB_ATTACH 64x0", changed(|fb| fb.height = 0), Refused, ""),
            ("too-high", "FB_ATTACH 64x65, a row more than the buffer has", changed(|fb| fb.height = 65), Refused, "0"),
            ("too-wide", "FB_ATTACH 4294967295x64", changed(|fb| fb.width = u32::MAX), Refused, ""),
            ("format-0", "FB_ATTACH, pixel_format 0", changed(|fb| fb.pixel_format = 0), Refused, "-22"),
            (
                "format-unknown",
                "FB_ATTACH, pixel_format 'ABCD'",
                changed(|fb| fb.pixel_format = 0x4443_4241),
                Refused,
                "-22",
            ),
        ];
        for (name, request, framebuffer, expected, displ_be) in cases {
            self.attached((name, request), framebuffer, (expected, displ_be)).await?;
        }
        self.framebuffer_cookies(valid).await?;
        self.need("a buffer is destroyed", 0, Operation::BufferDestroy(buffer.cookie)).await?;
        self.quarantine.end(buffer.granted);
        self.formats().await?;
        self.out_of_order().await
    }

    /// Attaches a framebuffer, and detaches it if it was accepted.
    async fn attached(
        &mut self,
        named: (&str, &str),
        framebuffer: Framebuffer,
        (expected, displ_be): (Expected, &'static str),
    ) -> Result<(), Stop> {
        let actual = self.ask(0, Operation::FramebufferAttach(framebuffer)).await?;
        let accepted = actual == Actual::Answer(Status::OK);
        self.row(named.0, named.1, expected, actual, displ_be);
        if accepted {
            self.ask(0, Operation::FramebufferDetach(framebuffer.fb_cookie)).await?;
        }
        Ok(())
    }

    async fn framebuffer_cookies(&mut self, valid: Framebuffer) -> Result<(), Stop> {
        let (attach, detach) = (Operation::FramebufferAttach(valid), Operation::FramebufferDetach(valid.fb_cookie));
        self.need("a framebuffer is attached", 0, attach).await?;
        self.case(("same-cookie", "FB_ATTACH, the cookie of a living one"), 0, attach, (Refused, "0")).await?;
        self.case(("detach", "FB_DETACH"), 0, detach, (Done, "0")).await?;
        self.case(("detach-again", "FB_DETACH, the same again"), 0, detach, (Answered, "0")).await?;
        self.case(("re-attach", "FB_ATTACH, the cookie of a detached one"), 0, attach, (Done, "")).await?;
        self.need("a framebuffer is detached", 0, detach).await?;
        let unknown = Operation::FramebufferDetach(0xdead);
        self.case(("detach-unknown", "FB_DETACH, unknown cookie"), 0, unknown, (Answered, "0")).await?;
        Ok(())
    }

    /// The nine formats of Linux's front end, over an import, whose shape is the framebuffer's. XRGB8888 has to be known.
    async fn formats(&mut self) -> Result<(), Stop> {
        let buffer = self.buffer(4 * SIDE * SIDE)?;
        let mut import = buffer.offer(0, 0);
        import.bits_per_pixel = 0;
        self.need("a buffer is imported", 0, Operation::BufferCreate(import)).await?;
        for format in PixelFormat::ALL {
            let framebuffer = Framebuffer { pixel_format: format.code(), ..buffer.attach(0x2000, SIDE, SIDE) };
            let code = format.code().to_le_bytes().map(char::from);
            let letters: alloc::string::String = code.into_iter().collect();
            let (expected, displ_be) = match format {
                PixelFormat::Xrgb8888 => (Done, "0"),
                PixelFormat::Xrgb4444 | PixelFormat::Argb4444 => (Answered, "-22"),
                _ => (Answered, ""),
            };
            let (name, request) = (alloc::format!("format-{letters}"), alloc::format!("FB_ATTACH 64x64 {letters}"));
            self.attached((&name, &request), framebuffer, (expected, displ_be)).await?;
        }
        self.need("a buffer is destroyed", 0, Operation::BufferDestroy(buffer.cookie)).await?;
        self.quarantine.end(buffer.granted);
        Ok(())
    }

    /// The buffer goes before its framebuffer: refused, or done once the framebuffer has gone too.
    async fn out_of_order(&mut self) -> Result<(), Stop> {
        let buffer = self.buffer(4 * SIDE * SIDE)?;
        self.need("a buffer is created", 0, Operation::BufferCreate(buffer.offer(SIDE, SIDE))).await?;
        self.need("a framebuffer is attached", 0, Operation::FramebufferAttach(buffer.attach(0x3000, SIDE, SIDE)))
            .await?;
        let destroy = Operation::BufferDestroy(buffer.cookie);
        let actual = self.ask(0, destroy).await?;
        let gone = actual == Actual::Answer(Status::OK);
        self.row("destroy-attached", "DBUF_DESTROY, a framebuffer is attached", Answered, actual, "0");
        let detach = Operation::FramebufferDetach(0x3000);
        self.case(("detach-last", "FB_DETACH, after that"), 0, detach, (Done, "0")).await?;
        if !gone {
            self.case(("destroy-detached", "DBUF_DESTROY, after that"), 0, destroy, (Done, "")).await?;
        }
        self.quarantine.end(buffer.granted);
        Ok(())
    }
}
