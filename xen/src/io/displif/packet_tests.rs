//! Byte vectors, written out by hand from the header, and properties.

use super::*;
use proptest::prelude::*;

const DBUF: u64 = 0x1122_3344_5566_7788;
const FB: u64 = 0x99aa_bbcc_ddee_ff00;

/// A slot from the bytes that are not 0 at its start, in hexadecimal.
fn slot(hex: &str) -> Slot {
    let digits: std::vec::Vec<u8> = hex.bytes().filter(|byte| *byte != b' ').collect();
    let mut slot = [0; SLOT_SIZE];
    for (byte, pair) in slot.iter_mut().zip(digits.chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    }
    slot
}

fn vectors() -> [(Request, &'static str); 8] {
    let request = |id, operation| Request { id, operation };
    let buffer = DisplayBuffer {
        dbuf_cookie: DBUF,
        width: 1920,
        height: 1080,
        bits_per_pixel: 32,
        buffer_size: 8_294_400,
        flags: 0,
        directory: GrantRef(0x201),
        data_offset: 0,
    };
    let framebuffer =
        Framebuffer { dbuf_cookie: DBUF, fb_cookie: FB, width: 1920, height: 1080, pixel_format: 0x3432_5258 };
    let scanout = Scanout { fb_cookie: FB, x: 0, y: 0, width: 1920, height: 1080, bits_per_pixel: 32 };
    [
        (
            request(1, Operation::BufferCreate(buffer)),
            "01001000 00000000 88776655 44332211 80070000 38040000 20000000 00907e00 00000000 01020000 00000000",
        ),
        (
            request(2, Operation::FramebufferAttach(framebuffer)),
            "02001200 00000000 88776655 44332211 00ffeedd ccbbaa99 80070000 38040000 58523234",
        ),
        (
            request(3, Operation::SetConfig(scanout)),
            "03001400 00000000 00ffeedd ccbbaa99 00000000 00000000 80070000 38040000 20000000",
        ),
        (request(4, Operation::PageFlip(FB)), "04001500 00000000 00ffeedd ccbbaa99"),
        (request(5, Operation::SetConfig(Scanout::default())), "05001400"),
        (request(6, Operation::FramebufferDetach(FB)), "06001300 00000000 00ffeedd ccbbaa99"),
        (request(7, Operation::BufferDestroy(DBUF)), "07001100 00000000 88776655 44332211"),
        (
            request(8, Operation::GetEdid { buffer_size: 32768, directory: GrantRef(0x300) }),
            "08001600 00000000 00800000 00030000",
        ),
    ]
}

#[test]
fn requests_have_the_bytes_of_the_header() {
    for (request, bytes) in vectors() {
        assert_eq!(request.encode(), slot(bytes), "{request:?}");
        assert_eq!(Request::decode(&slot(bytes)), Ok(request));
        assert!(!request.stray_bytes(&slot(bytes)));
    }
}

#[test]
fn responses_and_events_have_the_bytes_of_the_header() {
    let busy = Response { id: 4, code: opcode::PG_FLIP, status: Status::BUSY, edid_size: 0 };
    let edid = Response { id: 8, code: opcode::GET_EDID, status: Status::OK, edid_size: 128 };
    for (response, bytes) in [(busy, "04001500 f0ffffff"), (edid, "08001600 00000000 80000000")] {
        assert_eq!(response.encode(), slot(bytes));
        assert_eq!(Response::decode(&slot(bytes)), response);
    }
    let flip = Event::PageFlip { id: 0, fb_cookie: FB };
    assert_eq!(flip.encode(), slot("00000000 00000000 00ffeedd ccbbaa99"));
    assert_eq!(Event::decode(&flip.encode()), flip);
}

#[test]
fn a_code_that_means_nothing_keeps_its_identifier() {
    for code in (0..=0x0f).chain(0x17..=0xff) {
        let mut packet = slot("34120000");
        packet[2] = code;
        assert_eq!(Request::decode(&packet), Err(BadRequest { id: 0x1234, code }));
    }
}

#[test]
fn bytes_left_from_an_earlier_answer_are_seen() {
    let packet = slot("04001500 f0ffffff 00ffeedd ccbbaa99");
    let request = Request::decode(&packet).unwrap();
    assert_eq!(request.operation, Operation::PageFlip(FB));
    assert!(request.stray_bytes(&packet));
}

proptest! {
    #[test]
    fn every_packet_decodes_to_what_encodes_to_it(bytes in prop::collection::vec(any::<u8>(), SLOT_SIZE)) {
        let packet: Slot = bytes.try_into().unwrap();
        if let Ok(request) = Request::decode(&packet) {
            prop_assert_eq!(Request::decode(&request.encode()), Ok(request));
        }
        let response = Response::decode(&packet);
        prop_assert_eq!(Response::decode(&response.encode()), response);
        let event = Event::decode(&packet);
        prop_assert_eq!(Event::decode(&event.encode()), event);
    }
}
