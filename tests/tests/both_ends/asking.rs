//! What the engine asks, byte by byte and in which order, and what becomes of what is not answered in time.

use std::time::Duration;

use vitrine_frontend::device::{Device, View};
use vitrine_frontend::{BufferId, Error, FramebufferId, Pacing, Ticket};
use vitrine_xen::fake::{Domain, Vdispl, vdispl};
use vitrine_xen::io::displif::nodes::{REQUEST_RING, parse_number};
use vitrine_xen::io::displif::{Operation, PixelFormat, Request, Status};
use vitrine_xen::platform::SharedPages;
use vitrine_xen::xenbus::XenbusState;
use vitrine_xen::{GrantRef, PAGE_SIZE};

use crate::rig::{Rig, screen, size};
use crate::scripted::ScriptedBackEnd;
use crate::setup::{DOM0, GUEST, picture};

const FORMAT: PixelFormat = PixelFormat::Xrgb8888;

/// An engine beside a back end that the test plays, which has answered what came by itself.
fn scripted() -> (Rig, ScriptedBackEnd) {
    let (mut rig, mut back_end) = Rig::scripted(None, |_| ());
    back_end.answer_all(&mut rig);
    (rig, back_end)
}

/// The request that comes next.
#[track_caller]
fn next(rig: &mut Rig, back_end: &mut ScriptedBackEnd) -> Request {
    rig.settle();
    back_end.next().expect("a request comes")
}

/// The bytes of a hexadecimal line, and zeros up to a packet's length.
fn packet(line: &str) -> [u8; 64] {
    let digits: Vec<u8> = line.bytes().filter(u8::is_ascii_hexdigit).collect();
    let mut bytes = [0; 64];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks(2)) {
        *byte = u8::from_str_radix(core::str::from_utf8(pair).unwrap(), 16).unwrap();
    }
    bytes
}

/// The slot of a connector's control ring that the last request is in.
fn last_slot(rig: &Rig, connector: u32) -> [u8; 64] {
    let node = rig.both.world.store_read(&format!("{}/{connector}/{REQUEST_RING}", vdispl::frontend_path(GUEST, 0)));
    let ring = rig.both.guest.granted(GrantRef(parse_number(&node.unwrap()).unwrap())).unwrap();
    let last = ring.memory().read_u32(0).wrapping_sub(1);
    let mut slot = [0; 64];
    ring.memory().read(64 + 64 * (last as usize % 32), &mut slot);
    slot
}

/// What was sent, with identifier, cookies and grant as in a vector: those the front end is free to choose.
fn as_in(mut sent: [u8; 64], vector: [u8; 64], chosen: &[(usize, usize)]) -> [u8; 64] {
    for (at, length) in chosen {
        assert!(sent[*at..at + length].iter().any(|byte| *byte != 0), "what is at {at} is never 0");
        sent[*at..at + length].copy_from_slice(&vector[*at..at + length]);
    }
    sent[..2].copy_from_slice(&vector[..2]);
    sent
}

/// The vectors of the protocol's documentation, as the engine sends them on a ring whose slots were used before.
#[test]
fn every_request_has_the_bytes_of_its_vector() {
    let (mut rig, mut back_end) = scripted();
    for _ in 0..2 {
        let mut expect = |rig: &mut Rig, vector: &str, chosen: &[(usize, usize)]| {
            rig.settle();
            let vector = packet(vector);
            assert_eq!(as_in(last_slot(rig, 0), vector, chosen), vector);
            // What an answer leaves in the slot must not show in the next request.
            while let Some(request) = back_end.next() {
                back_end.respond(request.id, request.operation.code(), Status::OK);
                if let Operation::PageFlip(cookie) = request.operation {
                    back_end.frame_done(0, cookie);
                }
            }
            rig.settle();
        };
        let now = rig.now();
        let (buffer, _) = rig.device.create_dumb_buffer(1920, 1080, FORMAT, now).unwrap();
        let create =
            "01001000 00000000 88776655 44332211 80070000 38040000 20000000 00907e00 00000000 01020000 00000000";
        expect(&mut rig, create, &[(8, 8), (36, 4)]);
        let (framebuffer, _) = rig.device.add_framebuffer(buffer, 1920, 1080, FORMAT, now).unwrap();
        let attach = "02001200 00000000 88776655 44332211 00ffeedd ccbbaa99 80070000 38040000 58523234";
        expect(&mut rig, attach, &[(8, 8), (16, 8)]);
        let view = View { framebuffer, x: 0, y: 0, width: 1920, height: 1080 };
        rig.device.set_config(0, Some(view), now).unwrap();
        let configure = "03001400 00000000 00ffeedd ccbbaa99 00000000 00000000 80070000 38040000 20000000";
        expect(&mut rig, configure, &[(8, 8)]);
        rig.device.page_flip(0, framebuffer, now).unwrap();
        expect(&mut rig, "04001500 00000000 00ffeedd ccbbaa99", &[(8, 8)]);
        rig.device.set_config(0, None, now).unwrap();
        expect(&mut rig, "05001400", &[]);
        rig.device.remove_framebuffer(framebuffer, now).unwrap();
        expect(&mut rig, "06001300 00000000 00ffeedd ccbbaa99", &[(8, 8)]);
        rig.device.destroy_dumb_buffer(buffer, now).unwrap();
        expect(&mut rig, "07001100 00000000 88776655 44332211", &[(8, 8)]);
    }
}

#[test]
fn an_edid_is_asked_for_with_the_bytes_of_its_vector() {
    let (rig, _back_end) = Rig::scripted(None, |_| ());
    let vector = packet("08001600 00000000 00800000 00030000");
    assert_eq!(as_in(last_slot(&rig, 0), vector, &[(12, 4)]), vector);
}

/// One framebuffer spans two connectors, and is mirrored on two more: what goes over each connector's ring.
#[test]
fn offsets_are_sent_as_they_are_given() {
    let mut rig = Rig::with_connectors(4);
    let (width, height) = (size(0).0 + size(1).0, size(3).1);
    let framebuffer = framebuffer(&mut rig, (width, height), FORMAT);
    for (connector, x, y) in [(0, 0, 1), (1, size(0).0, 2), (2, 5, 0), (3, 5, 0)] {
        let (width, height) = size(0);
        let now = rig.now();
        let view = View { framebuffer, x, y, width, height };
        let ticket = rig.device.set_config(connector, Some(view), now).unwrap();
        let Ok(Request { operation: Operation::SetConfig(sent), .. }) =
            Request::decode(&last_slot(&rig, connector as u32))
        else {
            panic!("the configuration is sent at once");
        };
        assert_eq!((sent.x, sent.y, sent.width, sent.height, sent.bits_per_pixel), (x, y, width, height, 32));
        assert_eq!(rig.result(ticket), Ok(()));
    }
}

/// A framebuffer on a buffer of its own that the back end knows.
fn framebuffer(rig: &mut Rig, (width, height): (u32, u32), format: PixelFormat) -> FramebufferId {
    let now = rig.now();
    let (buffer, made) = rig.device.create_dumb_buffer(width, height, format, now).unwrap();
    let (framebuffer, attached) = rig.device.add_framebuffer(buffer, width, height, format, now).unwrap();
    assert_eq!((rig.result(made), rig.result(attached)), (Ok(()), Ok(())));
    framebuffer
}

#[test]
fn flips_that_belong_together_wait_for_each_other() {
    let mut rig = Rig::with_connectors(3);
    let pictures: Vec<FramebufferId> = (0..3).map(|_| framebuffer(&mut rig, (80, 60), FORMAT)).collect();
    for connector in 0..3 {
        let (width, height) = size(connector);
        let view = View { framebuffer: pictures[0], x: 0, y: 0, width, height };
        let now = rig.now();
        let ticket = rig.device.set_config(connector as usize, Some(view), now).unwrap();
        assert_eq!(rig.result(ticket), Ok(()));
    }
    rig.both.screens.hold_flips_of(&screen(1));
    let now = rig.now();
    let alone = rig.device.page_flip(1, pictures[1], now).unwrap();
    rig.settle();
    let flips = rig.both.screens.flips();
    let flips_together = (0..3).map(|connector| (connector, pictures[2]));
    let together = rig.device.page_flip_together(flips_together, now).unwrap();
    rig.settle();
    assert_eq!(rig.both.screens.flips(), flips, "none begins before all can");
    assert_eq!(rig.device.page_flip(0, pictures[1], now), Err(Error::Busy(0)), "one flip waits at most");
    rig.both.screens.vertical_blank();
    rig.settle();
    assert_eq!(rig.device.result(alone), Some(Ok(())));
    assert_eq!(rig.both.screens.flips(), flips + 3);
    assert_eq!(rig.device.result(together), None, "one of the three is not done");
    rig.both.screens.vertical_blank();
    assert_eq!(rig.result(together), Ok(()));
}

#[test]
fn a_shut_connector_is_dark_before_its_buffers_go() {
    let (mut rig, mut back_end) = Rig::scripted(None, |device| device.open(0, Pacing::Free));
    back_end.answer_all(&mut rig);
    rig.show(0, 1).unwrap();
    back_end.answer_all(&mut rig);
    let full = rig.both.guest.usage();
    rig.device.shut(0);
    let mut codes = Vec::new();
    loop {
        rig.settle();
        let requests: Vec<Request> = core::iter::from_fn(|| back_end.next()).collect();
        if requests.is_empty() {
            break;
        }
        codes.push(requests.iter().map(|request| request.operation.code()).collect::<Vec<u8>>());
        let destroys = requests.iter().any(|request| request.operation.code() == 0x11);
        assert_eq!(rig.both.guest.usage().grants, full.grants, "what the back end knows is granted");
        assert!(destroys || rig.both.guest.usage() == full);
        requests.iter().for_each(|request| back_end.answer(request, Status::OK));
    }
    assert_eq!(codes, [vec![0x14], vec![0x13, 0x13], vec![0x11, 0x11]]);
    assert_eq!(rig.both.guest.usage().grants, 2, "the rings are left");
}

/// Something that a ticket was given for, and what is to be answered before.
type Asking = fn(&mut Device<Domain>, BufferId, FramebufferId, Duration) -> Result<Ticket, Error>;

/// Each request that the appliance can make: its code, and how.
fn askings() -> [(u8, Asking); 6] {
    fn view(framebuffer: FramebufferId) -> Option<View> {
        Some(View { framebuffer, x: 0, y: 0, width: 20, height: 10 })
    }
    [
        (0x10, |device, _, _, now| Ok(device.create_dumb_buffer(20, 10, FORMAT, now)?.1)),
        (0x12, |device, buffer, _, now| Ok(device.add_framebuffer(buffer, 20, 10, FORMAT, now)?.1)),
        (0x14, |device, _, framebuffer, now| device.set_config(0, view(framebuffer), now)),
        (0x15, |device, _, framebuffer, now| device.page_flip(0, framebuffer, now)),
        (0x13, |device, _, framebuffer, now| device.remove_framebuffer(framebuffer, now)),
        (0x11, |device, buffer, _, now| device.destroy_dumb_buffer(buffer, now)),
    ]
}

/// A buffer and a framebuffer, as far as `code` needs them to be.
fn prepared(code: u8) -> (Rig, ScriptedBackEnd, BufferId, FramebufferId) {
    let (mut rig, mut back_end) = scripted();
    let now = rig.now();
    let (buffer, _) = rig.device.create_dumb_buffer(20, 10, FORMAT, now).unwrap();
    let (framebuffer, _) = rig.device.add_framebuffer(buffer, 20, 10, FORMAT, now).unwrap();
    back_end.answer_all(&mut rig);
    if code == 0x15 {
        let view = View { framebuffer, x: 0, y: 0, width: 20, height: 10 };
        rig.device.set_config(0, Some(view), now).unwrap();
    }
    if code == 0x11 {
        rig.device.remove_framebuffer(framebuffer, now).unwrap();
    }
    back_end.answer_all(&mut rig);
    (rig, back_end, buffer, framebuffer)
}

#[test]
fn a_request_without_an_answer_fails_after_three_seconds_and_nothing_else_does() {
    for (code, ask) in askings() {
        let (mut rig, mut back_end, buffer, framebuffer) = prepared(code);
        let began = rig.now();
        let ticket = ask(&mut rig.device, buffer, framebuffer, began).unwrap();
        let late = next(&mut rig, &mut back_end);
        assert_eq!(late.operation.code(), code);
        rig.run_for(Duration::from_millis(2990));
        assert_eq!(rig.device.result(ticket), None);
        rig.run_for(Duration::from_millis(10));
        assert_eq!(rig.device.result(ticket), Some(Err(Error::NoAnswer(code))), "{code:#x}");
        assert!(rig.device.is_connected());
        // Others are asked and answered meanwhile, under other identifiers.
        let now = rig.now();
        let (_, other) = rig.device.create_dumb_buffer(8, 8, FORMAT, now).unwrap();
        rig.settle();
        let requests: Vec<Request> = core::iter::from_fn(|| back_end.next()).collect();
        assert!(requests.iter().all(|request| request.id != late.id));
        requests.iter().for_each(|request| back_end.answer(request, Status::OK));
        assert_eq!(rig.result(other), Ok(()));
        // The late answer is thrown away, and counts as the only one.
        back_end.answer(&late, Status::OK);
        rig.run_for(Duration::from_secs(10));
        back_end.answer_all(&mut rig);
        assert!(rig.device.is_connected(), "{code:#x}");
        assert_eq!(rig.device.result(ticket), None);
        end(rig, back_end);
    }
}

#[test]
fn a_refusal_is_its_ticket_s_error_and_nothing_else_s() {
    for (code, ask) in askings() {
        for status in [-22, -12, -5, -2, -1, 1, i32::MIN, i32::MAX] {
            let (mut rig, mut back_end, buffer, framebuffer) = prepared(code);
            let now = rig.now();
            let ticket = ask(&mut rig.device, buffer, framebuffer, now).unwrap();
            let request = next(&mut rig, &mut back_end);
            back_end.answer(&request, Status(status));
            assert_eq!(rig.result(ticket), Err(Error::Refused(code, Status(status))));
            assert!(rig.device.is_connected());
            assert_eq!(rig.device.connector_error(0), None);
            end(rig, back_end);
        }
    }
}

/// Ends the connection; nothing is left.
fn end(mut rig: Rig, mut back_end: ScriptedBackEnd) {
    rig.device.close();
    back_end.answer_all(&mut rig);
    rig.run_for(Duration::from_secs(4));
    back_end.answer_all(&mut rig);
    back_end.leave();
    ScriptedBackEnd::enter(&rig.both, XenbusState::Closed);
    rig.run_for(Duration::from_secs(2));
    assert!(rig.device.is_closed());
    assert_eq!(rig.both.guest.usage(), vitrine_xen::fake::Usage::default());
    assert_eq!(rig.both.world.violations(), [""; 0]);
}

#[test]
fn answers_may_come_in_any_order() {
    let (mut rig, mut back_end) = scripted();
    let now = rig.now();
    let tickets: Vec<Ticket> =
        (1..=8).map(|side| rig.device.create_dumb_buffer(side, side, FORMAT, now).unwrap().1).collect();
    rig.settle();
    let requests: Vec<Request> = core::iter::from_fn(|| back_end.next()).collect();
    assert_eq!(requests.len(), 8, "all are in flight at once");
    for index in [3, 7, 0, 1, 6, 2, 5, 4] {
        assert_eq!(rig.device.result(tickets[index]), None);
        back_end.answer(&requests[index], if index % 2 == 0 { Status::OK } else { Status::INVALID });
        let expected = if index % 2 == 0 { Ok(()) } else { Err(Error::Refused(0x10, Status::INVALID)) };
        assert_eq!(rig.result(tickets[index]), expected);
    }
    end(rig, back_end);
}

#[test]
fn a_full_ring_is_said_and_takes_requests_again() {
    let (mut rig, mut back_end) = scripted();
    let mut tickets = Vec::new();
    let full = loop {
        let now = rig.now();
        match rig.device.create_dumb_buffer(8, 8, FORMAT, now) {
            Ok((_, ticket)) => tickets.push(ticket),
            Err(error) => break error,
        }
        assert!(tickets.len() <= 32);
    };
    assert_eq!((full, tickets.len()), (Error::RingFull(0), 32));
    // Time does not make room: overdue requests keep their slots.
    rig.run_for(Duration::from_millis(3500));
    for ticket in tickets {
        assert_eq!(rig.device.result(ticket), Some(Err(Error::NoAnswer(0x10))));
    }
    let now = rig.now();
    assert_eq!(rig.device.create_dumb_buffer(8, 8, FORMAT, now).err(), Some(Error::RingFull(0)));
    back_end.answer_all(&mut rig);
    let now = rig.now();
    assert!(rig.device.create_dumb_buffer(8, 8, FORMAT, now).is_ok());
    back_end.answer_all(&mut rig);
    end(rig, back_end);
}

#[test]
fn a_buffer_that_the_back_end_hears_of_too_late_is_destroyed_there() {
    let (mut rig, mut back_end) = scripted();
    let now = rig.now();
    let (buffer, ticket) = rig.device.create_dumb_buffer(20, 10, FORMAT, now).unwrap();
    let create = next(&mut rig, &mut back_end);
    rig.run_for(Duration::from_millis(3000));
    assert_eq!(rig.device.result(ticket), Some(Err(Error::NoAnswer(0x10))));
    let destroy = next(&mut rig, &mut back_end);
    let Operation::BufferCreate(made) = create.operation else { panic!("{create:?}") };
    assert_eq!(destroy.operation, Operation::BufferDestroy(made.dbuf_cookie));
    assert_eq!(rig.both.guest.usage().pages, 2 + 2, "its pages are kept until that is answered");
    back_end.answer(&create, Status::OK);
    back_end.answer(&destroy, Status::OK);
    rig.settle();
    assert_eq!(rig.both.guest.usage().pages, 2);
    let now = rig.now();
    assert_eq!(rig.device.destroy_dumb_buffer(buffer, now), Err(Error::NoBuffer(buffer)));
    end(rig, back_end);
}

#[test]
fn objects_are_used_when_their_answers_are_there_and_end_in_order() {
    let (mut rig, mut back_end) = scripted();
    let now = rig.now();
    let (buffer, _) = rig.device.create_dumb_buffer(20, 10, FORMAT, now).unwrap();
    let (framebuffer, _) = rig.device.add_framebuffer(buffer, 20, 10, FORMAT, now).unwrap();
    let view = View { framebuffer, x: 0, y: 0, width: 20, height: 10 };
    assert_eq!(rig.device.set_config(0, Some(view), now), Err(Error::NotKnownYet));
    assert_eq!(rig.device.page_flip(0, framebuffer, now), Err(Error::Dark(0)));
    assert!(rig.device.memory(buffer).is_none());
    back_end.answer_all(&mut rig);
    assert_eq!(rig.device.memory(buffer).unwrap().memory().len(), 20 * 10 * 4);
    for (x, y, width, height) in [(1, 0, 20, 10), (0, 1, 20, 10), (0, 0, 21, 1), (0, 0, 0, 1), (u32::MAX, 0, 2, 1)] {
        let outside = View { framebuffer, x, y, width, height };
        assert_eq!(rig.device.set_config(0, Some(outside), now), Err(Error::OutsideFramebuffer));
    }
    rig.device.set_config(0, Some(view), now).unwrap();
    assert_eq!(rig.device.remove_framebuffer(framebuffer, now), Err(Error::FramebufferInUse(framebuffer)));
    assert_eq!(rig.device.destroy_dumb_buffer(buffer, now), Err(Error::BufferInUse(buffer)));
    assert_eq!(rig.device.set_config(0, None, now), Err(Error::Busy(0)), "one configuration at a time");
    back_end.answer_all(&mut rig);
    rig.device.set_config(0, None, now).unwrap();
    back_end.answer_all(&mut rig);
    rig.device.remove_framebuffer(framebuffer, now).unwrap();
    assert_eq!(rig.device.set_config(0, Some(view), now), Err(Error::NoFramebuffer(framebuffer)));
    back_end.answer_all(&mut rig);
    rig.device.destroy_dumb_buffer(buffer, now).unwrap();
    back_end.answer_all(&mut rig);
    assert_eq!(rig.both.guest.usage().pages, 2);
    end(rig, back_end);
}

#[test]
fn what_was_flipped_to_is_what_is_in_use() {
    let (mut rig, mut back_end) = scripted();
    let now = rig.now();
    let (buffer, _) = rig.device.create_dumb_buffer(20, 10, FORMAT, now).unwrap();
    let [first, second] = [0, 1].map(|_| rig.device.add_framebuffer(buffer, 20, 10, FORMAT, now).unwrap().0);
    back_end.answer_all(&mut rig);
    let view = View { framebuffer: first, x: 0, y: 0, width: 20, height: 10 };
    rig.device.set_config(0, Some(view), now).unwrap();
    back_end.answer_all(&mut rig);
    rig.device.page_flip(0, second, now).unwrap();
    assert_eq!(rig.device.remove_framebuffer(first, now), Err(Error::FramebufferInUse(first)), "it is still shown");
    back_end.answer_all(&mut rig);
    assert_eq!(rig.device.remove_framebuffer(second, now), Err(Error::FramebufferInUse(second)));
    assert!(rig.device.remove_framebuffer(first, now).is_ok());
}

#[test]
fn a_picture_of_each_format_is_sized_by_the_back_end_s_stride() {
    let (mut rig, mut back_end) = scripted();
    for format in PixelFormat::ALL {
        let now = rig.now();
        let bits = format.bits_per_pixel();
        let (buffer, _) = rig.device.create_dumb_buffer(31, 7, format, now).unwrap();
        let Operation::BufferCreate(sent) = next(&mut rig, &mut back_end).operation else { panic!() };
        let stride = 4 * (31 * bits).div_ceil(32);
        assert_eq!((sent.bits_per_pixel, sent.buffer_size, sent.flags), (bits, 7 * stride, 0));
        rig.device.add_framebuffer(buffer, 31, 7, format, now).unwrap();
        let larger = rig.device.add_framebuffer(buffer, 31, 8, format, now);
        assert_eq!(larger.err(), Some(Error::BeyondBuffer { needed: 8 * stride, size: 7 * stride }));
        let Operation::FramebufferAttach(sent) = next(&mut rig, &mut back_end).operation else { panic!() };
        assert_eq!(sent.pixel_format, format.code());
    }
}

#[test]
fn a_connector_is_configured_and_reset_fifty_times_and_nothing_is_lost() {
    let mut rig = Rig::new(&Vdispl::one("Virtual-1", "40x30"));
    let empty = rig.both.guest.usage();
    for round in 0..50 {
        let now = rig.now();
        let (buffer, made) = rig.device.create_dumb_buffer(40, 30, FORMAT, now).unwrap();
        let (framebuffer, attached) = rig.device.add_framebuffer(buffer, 40, 30, FORMAT, now).unwrap();
        assert_eq!((rig.result(made), rig.result(attached)), (Ok(()), Ok(())));
        let words: Vec<u32> = (0..40 * 30).map(|index| crate::setup::pixel(round, index)).collect();
        rig.device.memory(buffer).unwrap().memory().write_words(0, &words);
        let view = View { framebuffer, x: 0, y: 0, width: 40, height: 30 };
        for ticket in [rig.device.set_config(0, Some(view), now), rig.device.page_flip(0, framebuffer, now)] {
            assert_eq!(rig.result(ticket.unwrap()), Ok(()));
        }
        assert_eq!(rig.both.image(), Some(picture(round, 40, 30)));
        let dark = rig.device.set_config(0, None, now).unwrap();
        assert_eq!(rig.result(dark), Ok(()));
        assert!(rig.both.image().is_none());
        let removed = rig.device.remove_framebuffer(framebuffer, now).unwrap();
        assert_eq!(rig.result(removed), Ok(()));
        let destroyed = rig.device.destroy_dumb_buffer(buffer, now).unwrap();
        assert_eq!(rig.result(destroyed), Ok(()));
        assert_eq!(rig.both.guest.usage(), empty, "round {round}");
        assert_eq!(rig.both.dom0.usage().mapping, 2);
    }
}

#[test]
fn what_was_asked_for_ends_with_the_connection_and_later_ones_do_not_know_it() {
    let (mut rig, mut back_end) = scripted();
    let now = rig.now();
    let (buffer, made) = rig.device.create_dumb_buffer(20, 10, FORMAT, now).unwrap();
    back_end.answer_all(&mut rig);
    let memory = rig.device.memory(buffer).unwrap();
    let (framebuffer, _) = rig.device.add_framebuffer(buffer, 20, 10, FORMAT, now).unwrap();
    let (_, pending) = rig.device.create_dumb_buffer(20, 10, FORMAT, now).unwrap();
    back_end.leave();
    for state in [XenbusState::Closing, XenbusState::Closed, XenbusState::Initialising, XenbusState::InitWait] {
        ScriptedBackEnd::enter(&rig.both, state);
        rig.settle();
    }
    assert_eq!(rig.device.result(made), Some(Ok(())));
    assert_eq!(rig.device.result(pending), Some(Err(Error::Disconnected)));
    assert_eq!(rig.device.create_dumb_buffer(2, 2, FORMAT, now).err(), Some(Error::Disconnected));
    rig.run_for(Duration::from_secs(2));
    let mut back_end = ScriptedBackEnd::bind(&rig.both);
    ScriptedBackEnd::enter(&rig.both, XenbusState::Connected);
    back_end.answer_all(&mut rig);
    let now = rig.now();
    assert_eq!(rig.device.add_framebuffer(buffer, 1, 1, FORMAT, now).err(), Some(Error::NoBuffer(buffer)));
    assert_eq!(rig.device.page_flip(0, framebuffer, now).err(), Some(Error::Dark(0)));
    let view = View { framebuffer, x: 0, y: 0, width: 1, height: 1 };
    assert_eq!(rig.device.set_config(0, Some(view), now).err(), Some(Error::NoFramebuffer(framebuffer)));
    // The handle reaches its own bytes, which are nobody else's.
    assert_eq!(memory.memory().len(), 800);
    memory.memory().write_u32(796, 1);
    assert!(rig.both.guest.usage().pages >= 1 && PAGE_SIZE >= 800);
    assert_eq!(rig.both.world.violations(), [""; 0]);
    assert_eq!(rig.both.dom0.id(), DOM0);
}
