//! The buffer for an EDID, with the test in the back end's place.

use vitrine_frontend::Error;
use vitrine_frontend::edid::{EdidBuffer, NoEdid};
use vitrine_frontend::shared::Quarantine;
use vitrine_xen::edid::{self, Edid, EdidError, Mode};
use vitrine_xen::fake::{Domain, Mapping, Usage, World};
use vitrine_xen::io::displif::{Operation, Response, Status, directory, opcode};
use vitrine_xen::platform::{OutOfMemory, SharedPages};

use crate::setup::{DOM0, GUEST};

/// A buffer that domain 0 has mapped, as GET_EDID told it to.
struct Asked {
    world: World,
    dom0: Domain,
    guest: Domain,
    buffer: EdidBuffer<Domain>,
    mapping: Mapping,
}

impl Asked {
    fn new() -> Self {
        let world = World::new();
        let (dom0, guest) = (world.domain(DOM0), world.domain(GUEST));
        guest.scatter_frames(true);
        let buffer = EdidBuffer::new(&guest, DOM0).unwrap();
        let Operation::GetEdid { buffer_size, directory } = buffer.operation() else { panic!("it asks for an EDID") };
        assert_eq!(buffer_size, 32768);
        let page = dom0.map(GUEST, &[directory]).unwrap();
        let mut references = Vec::new();
        let next = directory::read_page(page.memory(), 8, |reference| references.push(reference));
        assert_eq!(next.0, 0);
        let mapping = dom0.map(GUEST, &references).unwrap();
        Self { world, dom0, guest, buffer, mapping }
    }

    /// The back end writes these bytes and says that they are `size`.
    fn answer(&self, bytes: &[u8], size: u32) -> Result<Edid, NoEdid> {
        self.mapping.memory().write(0, bytes);
        self.buffer.read(&Response { edid_size: size, ..response(Status::OK) })
    }
}

fn response(status: Status) -> Response {
    Response { id: 0, code: opcode::GET_EDID, status, edid_size: 0 }
}

/// An EDID of so many modes.
fn sample(modes: u32) -> Edid {
    let mut modes: Vec<Mode> = (1..=modes).filter_map(|index| Mode::new(64 * index, 600, 60_000)).collect();
    modes[0].preferred = true;
    Edid { name: Some("Vitrine".into()), modes, ..Edid::default() }
}

/// With the rates as the clocks' steps allow them.
fn rounded(edid: &Edid) -> Edid {
    edid::parse(&edid::build(edid)).unwrap()
}

#[test]
fn an_edid_of_one_block_is_read() {
    let edid = sample(2);
    assert_eq!(Asked::new().answer(&edid::build(&edid), 128), Ok(rounded(&edid)));
}

#[test]
fn an_edid_of_several_blocks_is_read() {
    let edid = sample(20);
    let bytes = edid::build(&edid);
    assert!(bytes.len() > 3 * 128);
    assert_eq!(Asked::new().answer(&bytes, bytes.len() as u32), Ok(rounded(&edid)));
}

#[test]
fn the_whole_buffer_may_be_used() {
    let edid = sample(2);
    assert_eq!(Asked::new().answer(&edid::build(&edid), 32768), Ok(rounded(&edid)));
}

#[test]
fn sizes_that_can_not_be_are_refused() {
    let asked = Asked::new();
    let bytes = edid::build(&sample(2));
    for size in [0, 1, 127, 129, 255, 32767, 32769, 32896, 0x8000_0000, u32::MAX, u32::MAX - 127] {
        assert_eq!(asked.answer(&bytes, size), Err(NoEdid::Size(size)));
    }
}

#[test]
fn what_is_no_edid_is_refused() {
    let asked = Asked::new();
    assert_eq!(asked.answer(&[], 128), Err(NoEdid::Unreadable(EdidError::Header)), "nothing was written");
    let mut bytes = edid::build(&sample(2));
    bytes[100] ^= 1;
    assert_eq!(asked.answer(&bytes, 128), Err(NoEdid::Unreadable(EdidError::Checksum(0))));
    let bytes = edid::build(&sample(20));
    let too_few = EdidError::Extensions { counted: 4, there: 2 };
    assert_eq!(asked.answer(&bytes, 3 * 128), Err(NoEdid::Unreadable(too_few)));
}

#[test]
fn a_refusal_is_passed_on() {
    let asked = Asked::new();
    for status in [Status::NOT_SUPPORTED, Status::INVALID, Status(7)] {
        assert_eq!(asked.buffer.read(&response(status)), Err(NoEdid::Refused(status)));
    }
}

#[test]
fn a_buffer_that_is_still_mapped_goes_to_quarantine() {
    let Asked { world, dom0, guest, buffer, mapping } = Asked::new();
    let mut quarantine = Quarantine::default();
    buffer.release(&mut quarantine);
    assert_eq!(quarantine.grants(), 8, "the directory is not mapped any more");
    drop(mapping);
    quarantine.retry();
    assert_eq!((quarantine.grants(), guest.usage(), dom0.usage().mapping), (0, Usage::default(), 0));
    assert_eq!(world.violations(), [""; 0]);
}

#[test]
fn too_little_memory_for_the_buffer_is_said_with_numbers() {
    let guest = World::new().domain(GUEST);
    guest.set_memory(8);
    let shortage = OutOfMemory { wanted: 9, free: 8 };
    assert_eq!(EdidBuffer::new(&guest, DOM0).err(), Some(Error::EdidMemory(shortage)));
    assert_eq!(guest.usage(), Usage::default());
}
