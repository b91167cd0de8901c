//! `--trace`: what is written of a short session, to the letter.

use core::time::Duration;
use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;

use vitrine_backend::engine::{Limits, Trace};
use vitrine_xen::fake::Vdispl;
use vitrine_xen::io::displif::{DisplayBuffer, EDID_BUFFER_SIZE, Operation, PixelFormat, Request, Scanout, Status};
use vitrine_xen::xenbus::XenbusState;

use crate::support::{GUEST, Scene, framebuffer, whole};
use Operation::{BufferCreate, BufferDestroy, FramebufferDetach, GetEdid, PageFlip, SetConfig};

/// What was written, and after how many lines writing fails.
#[derive(Clone)]
struct Lines(Rc<RefCell<Vec<String>>>, usize);

impl Lines {
    fn new(room: usize) -> Self {
        Self(Rc::default(), room)
    }

    fn take(&self) -> Vec<String> {
        self.0.take()
    }
}

impl Write for Lines {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if self.0.borrow().len() >= self.1 {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let text = String::from_utf8(line.to_vec()).unwrap();
        self.0.borrow_mut().push(text.strip_suffix('\n').expect("a whole line").into());
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_short_session() {
    let lines = Lines::new(1000);
    let mut scene = Scene::new(Limits::default());
    scene.engine.set_trace(Trace::to(lines.clone()));
    let mut frontend = scene.connect_as(GUEST, &Vdispl::one("Virtual-1", "64x48"), Some("2"));
    let mut connected = lines.take();
    let transport = connected.remove(5);
    assert!(transport.starts_with("0.000000 d5/0 0:Virtual-1 published req-ring-ref="), "{transport}");
    assert_eq!(
        connected,
        [
            "0.000000 d5/0 - frontend Initialising",
            "0.000000 d5/0 - backend Initialising",
            "0.000000 d5/0 - backend InitWait",
            "0.000000 d5/0 - frontend Initialised",
            "0.000000 d5/0 - published version=2",
            "0.000000 d5/0 - backend Connected",
            "0.000000 d5/0 - frontend Connected",
        ]
    );

    scene.world.advance(Duration::from_micros(1_234_567));
    let (_buffer, request) = frontend.buffer(1, 64 * 48 * 4);
    let shaped = DisplayBuffer { width: 64, height: 48, bits_per_pixel: 32, ..request };
    let directory = request.directory.0;
    scene.ask(&mut frontend, 0, BufferCreate(shaped));
    scene.ask(&mut frontend, 0, framebuffer(1, 2, (64, 48), PixelFormat::Xrgb8888));
    scene.ask(&mut frontend, 0, SetConfig(whole(2, (64, 48))));
    scene.ask(&mut frontend, 0, PageFlip(2));
    scene.ask(&mut frontend, 0, PageFlip(2));
    scene.canvas.finish_flips();
    scene.run();
    scene.ask_for(&mut frontend, 0, GetEdid { buffer_size: EDID_BUFFER_SIZE, directory: request.directory });
    scene.ask(&mut frontend, 0, SetConfig(Scanout::default()));
    scene.ask(&mut frontend, 0, FramebufferDetach(3));
    scene.ask(&mut frontend, 0, FramebufferDetach(2));
    scene.ask(&mut frontend, 0, BufferDestroy(1));
    let whole_session = lines.take();
    let place = "1.234567 d5/0 0:Virtual-1 ";
    let said: Vec<&str> = whole_session.iter().map(|line| line.strip_prefix(place).expect(line)).collect();
    assert_eq!(
        said,
        [
            &format!(
                "request id=1 DBUF_CREATE dbuf_cookie=0x1 width=64 height=48 bpp=32 buffer_sz=12288 flags=0x0 \
             gref_directory={directory} data_ofs=0"
            ),
            "response id=1 DBUF_CREATE status=0 (done)",
            "request id=2 FB_ATTACH dbuf_cookie=0x1 fb_cookie=0x2 width=64 height=48 pixel_format=XR24",
            "response id=2 FB_ATTACH status=0 (done)",
            "request id=3 SET_CONFIG fb_cookie=0x2 x=0 y=0 width=64 height=48 bpp=32",
            "response id=3 SET_CONFIG status=0 (done)",
            "request id=4 PG_FLIP fb_cookie=0x2",
            "response id=4 PG_FLIP status=0 (done)",
            "request id=5 PG_FLIP fb_cookie=0x2",
            "response id=5 PG_FLIP status=-16 (EBUSY): the flip before is not done",
            "event id=0 PG_FLIP fb_cookie=0x2",
            &format!("request id=6 GET_EDID buffer_sz=32768 gref_directory={directory}"),
            "response id=6 GET_EDID status=0 (done) edid_sz=128",
            "request id=7 SET_CONFIG fb_cookie=0x0 x=0 y=0 width=0 height=0 bpp=0",
            "response id=7 SET_CONFIG status=0 (done)",
            "request id=8 FB_DETACH fb_cookie=0x3",
            "response id=8 FB_DETACH status=-2 (ENOENT): no framebuffer has cookie 0x3",
            "request id=9 FB_DETACH fb_cookie=0x2",
            "response id=9 FB_DETACH status=0 (done)",
            "request id=10 DBUF_DESTROY dbuf_cookie=0x1",
            "response id=10 DBUF_DESTROY status=0 (done)",
        ]
    );
    frontend.set_state(XenbusState::Closed);
    scene.run();
    let ended = ["frontend Closed", "backend Closing", "backend Closed"];
    assert_eq!(lines.take(), ended.map(|line| format!("1.234567 d5/0 - {line}")));
}

#[test]
fn what_the_fields_do_not_say_is_written_as_bytes() {
    let lines = Lines::new(1000);
    let mut scene = Scene::new(Limits::default());
    scene.engine.set_trace(Trace::to(lines.clone()));
    let mut frontend = scene.connect(GUEST, &Vdispl::one("Virtual-1", "64x48"));
    lines.take();
    let mut stray = Request { id: 1, operation: PageFlip(2) }.encode();
    stray[63] = 0xab;
    frontend.send_slot(0, &stray);
    frontend.send_slot(0, &[0x20; 64]);
    let mut odd = framebuffer(1, 2, (64, 48), PixelFormat::Xrgb8888);
    if let Operation::FramebufferAttach(framebuffer) = &mut odd {
        framebuffer.pixel_format = 0x0a0a_0a0a;
    }
    frontend.send(0, odd);
    scene.run();
    let said = lines.take();
    let ends = |line: usize, end: &str| assert!(said[line].ends_with(end), "{:?} ends with {end:?}", said[line]);
    ends(
        0,
        &format!("request id=1 PG_FLIP fb_cookie=0x2 bytes=0100150000000000020000000000000000{}ab", "00".repeat(46)),
    );
    ends(1, "response id=1 PG_FLIP status=-22 (EINVAL): reserved bytes are not 0");
    ends(2, &format!("request id=8224 unknown bytes={}", "20".repeat(64)));
    ends(3, "response id=8224 operation=0x20 status=-22 (EINVAL): operation 0x20 does not exist");
    ends(4, "pixel_format=0x0a0a0a0a");
}

#[test]
fn a_trace_that_can_not_be_written_stops_nothing() {
    let lines = Lines::new(8);
    let mut scene = Scene::new(Limits::default());
    scene.engine.set_trace(Trace::to(lines.clone()));
    let mut frontend = scene.connect(GUEST, &Vdispl::one("Virtual-1", "64x48"));
    for _ in 0..10 {
        assert_eq!(scene.ask(&mut frontend, 0, BufferDestroy(1)), Status::NOT_FOUND);
    }
    assert_eq!(lines.take().len(), 8, "and it was not tried again");
    assert_eq!(scene.ask(&mut frontend, 0, BufferDestroy(1)), Status::NOT_FOUND);
    assert_eq!(lines.take().len(), 0);
}
