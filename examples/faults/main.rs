//! Ends in the way that the command line says, to see what is reported: `fault=panic`, `fault=stack`,
//! or `fault=memory`; anything else is an error. It needs no display.
#![no_std]
#![no_main]

extern crate alloc;

use vitrine::prelude::*;

vitrine::main!(fail);

async fn fail(system: System) -> Result<(), Error> {
    match system.command_line().value("fault") {
        Some("panic") => panic!("on demand"),
        Some("stack") => {
            info!("{}", deeper(1));
            Ok(())
        }
        Some("memory") => {
            let mut blocks = alloc::vec::Vec::new();
            loop {
                blocks.push(alloc::vec![0u8; 1 << 20]);
            }
        }
        fault => Err(Error::Word("fault", fault.unwrap_or_default(), "panic, stack or memory")),
    }
}

/// Needs stack for each of its endless calls.
#[inline(never)]
fn deeper(depth: u64) -> u64 {
    let room = core::hint::black_box([depth; 64]);
    if depth == 0 { 0 } else { deeper(depth + 1) + room[depth as usize % 64] }
}
