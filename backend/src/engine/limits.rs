//! How much a guest may ask for.

use core::time::Duration;

use super::bucket::TokenBucket;
use super::turn::Weight;

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
    /// Requests of all devices of a guest in a second, in the long run. As many may come at once. One that maps memory or sets
    /// a mode counts as [`Self::HEAVY`].
    pub requests_per_second: u32,
}

impl Default for Limits {
    /// 16 connectors at 60 pictures a second make 960 requests, and a guest that flips as fast as it can some thousands.
    /// Three buffers of 3840x2160 fit (24,300 pages), which is also about what a guest's default grant table can list.
    fn default() -> Self {
        Self {
            devices: 64,
            connectors: 16,
            buffers: 32,
            framebuffers: 64,
            pages: 32768,
            requests_per_turn: 8,
            requests_per_second: 10_000,
        }
    }
}

impl Limits {
    /// As how many requests one counts that maps memory or sets a mode.
    pub const HEAVY: u32 = 100;

    /// As how many requests one counts.
    pub(super) const fn tokens(weight: Weight) -> u32 {
        match weight {
            Weight::Light | Weight::Picture => 1,
            Weight::Heavy => Self::HEAVY,
        }
    }

    /// What one guest may ask for in time.
    pub(super) fn requests(&self) -> TokenBucket {
        let rate = self.requests_per_second.max(1);
        TokenBucket::new(rate, (Duration::from_secs(1) / rate).max(Duration::from_nanos(1)))
    }

    /// How many requests a guest that has made too many gets together, so that it is not woken for each: those of a
    /// hundredth of a second.
    pub(super) fn requests_together(&self) -> u32 {
        (self.requests_per_second / 100).max(1)
    }
}
