//! What an appliance holds, in a line that a test can read.

use vitrine::prelude::*;

/// Says when `display` showed the first frame of its connection number `connection`, and what the domain holds then: the
/// same each time, or something leaks.
pub fn tell(name: &str, system: System, display: &Display, connection: u32) {
    let time = system.clock().since_1970();
    let (grants, memory) = (system.grant_space(), system.memory());
    info!(
        "{name}: connection {connection} at {}.{:06}: {} grants, {} in quarantine, {} KiB of pages, {} bytes of heap",
        time.as_secs(),
        time.subsec_micros(),
        grants.total - grants.free,
        display.grants_in_quarantine(),
        (memory.used - memory.heap) / 1024,
        memory.heap_used,
    );
}
