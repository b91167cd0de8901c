//! Port 0xE9: bytes written there appear on Xen's own console, with nothing set up.

use x86_64::instructions::port::PortWriteOnly;

/// Writes to Xen's console. Each byte leaves the guest, so this is for what can't wait and for last words.
pub(crate) fn write(bytes: &[u8]) {
    let mut port = PortWriteOnly::<u8>::new(0xe9);
    for &byte in bytes {
        // SAFETY: Xen takes the byte for its console; without Xen nothing listens. No memory is touched.
        unsafe { port.write(byte) };
    }
}
