//! How much a guest may ask for.

/// Bounds on what the back end does for a guest. All of them are at least 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Devices of all guests together.
    pub devices: usize,
    /// Connectors of a device.
    pub connectors: usize,
    /// Display buffers of a device.
    pub buffers: usize,
    /// Framebuffers of a device.
    pub framebuffers: usize,
    /// Pages of all display buffers of a device, each of 4 KiB.
    pub pages: usize,
    /// Requests that are served from one ring before the next ring has its turn. A turn ends earlier with the first request
    /// that copies a picture, or maps or unmaps a buffer.
    pub requests_per_turn: u32,
}

impl Default for Limits {
    /// Three buffers of 3840x2160 fit (24,300 pages), which is also about what a guest's default grant table can list.
    fn default() -> Self {
        Self { devices: 64, connectors: 8, buffers: 32, framebuffers: 64, pages: 32768, requests_per_turn: 8 }
    }
}
