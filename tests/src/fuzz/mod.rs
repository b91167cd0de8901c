//! What each fuzz target does with its bytes. It is here, and not in `fuzz/`, so that the normal test run can do the same
//! with the kept corpus on a stable compiler (`tests/tests/fuzz_replay.rs`).
//!
//! Nearly every body drives a real engine over the fake Xen. The bytes are what the other end does: they are read as a row of
//! actions, most of which follow the protocol so far that the engine goes deep, and some of which do not follow it at all.
//! A finding is a panic: of the engine, or of the checks here, which are the same for all. No rule of Xen is broken
//! ([`World::violations`](vitrine_xen::fake::World::violations)), no event leads to work without end, and when the other
//! end has gone nothing is left.
//!
//! Where to begin reading: [`TARGETS`], then [`guest`] (the front end is real) and [`host`] (the back end is real).
//! [`edid`] and [`pictures`] are about files.

pub mod edid;
pub mod guest;
pub mod host;
pub mod pictures;

/// The bytes of one run, read as actions.
pub type Input<'a> = arbitrary::Unstructured<'a>;

/// What reading an action from the bytes gives; an error is the end of the bytes.
pub type Read<T> = arbitrary::Result<T>;

/// More actions than a run takes; what is left of the bytes is ignored.
const MOST_ACTIONS: usize = 256;

/// One target.
pub struct Target {
    /// Its name: that of the binary in `fuzz/` and of the folder of its corpus.
    pub name: &'static str,
    /// What it does with its bytes. Panics when they are a finding.
    pub body: fn(&[u8]),
}

/// All targets.
pub const TARGETS: &[Target] = &[
    Target { name: "responses", body: guest::responses },
    Target { name: "events", body: guest::events },
    Target { name: "xenstore", body: guest::xenstore },
    Target { name: "filled", body: guest::filled },
    Target { name: "edid", body: edid::edid },
    Target { name: "requests", body: host::requests },
    Target { name: "directories", body: host::directories },
    Target { name: "png", body: pictures::png },
    Target { name: "qoi", body: pictures::qoi },
    Target { name: "bmp", body: pictures::bmp },
];

/// Does actions of one kind after the other until the bytes are used up.
fn act<S>(scene: &mut S, input: &mut Input<'_>, actions: &[fn(&mut S, &mut Input<'_>) -> Read<()>]) {
    for _ in 0..MOST_ACTIONS {
        if input.is_empty() {
            return;
        }
        let Ok(action) = input.choose(actions) else { return };
        if action(scene, input).is_err() {
            return;
        }
    }
}

/// A value for a node: something that means something there, or anything at all.
fn node_value(input: &mut Input<'_>) -> Read<Vec<u8>> {
    const MEANINGFUL: [&str; 24] = [
        "",
        "0",
        "1",
        "2",
        "3",
        "4",
        "5",
        "6",
        "7",
        "8",
        "40x30",
        "64x48",
        "1x1",
        "0x1",
        "32767x32767",
        "4294967296x1",
        "40x",
        "1,2",
        "2",
        "1,3,x",
        "4294967295",
        "32752",
        "Virtual-1",
        "/local/domain/0/backend/vdispl/5/0",
    ];
    if input.ratio(3, 4)? {
        return Ok(input.choose(&MEANINGFUL)?.as_bytes().to_vec());
    }
    let length = usize::from(input.arbitrary::<u8>()?);
    let value = input.bytes(length.min(input.len()))?.to_vec();
    // As long as xenstored lets a value be.
    Ok(if input.ratio(1, 16)? { value.repeat(4096 / value.len().max(1)) } else { value })
}
