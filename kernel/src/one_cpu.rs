//! State that belongs to the one vCPU.

use core::cell::{RefCell, RefMut};

/// A static that everything reaches, because an appliance has one vCPU and no threads.
///
/// A borrow that meets another one is a mistake of this crate's and panics, as with [`RefCell`].
pub(crate) struct OneCpu<T>(RefCell<T>);

// SAFETY: Xen starts only vCPU 0 and nobody starts another. The only interrupt that returns, the event upcall, runs a
// few instructions of assembly that reach no `OneCpu`; traps that do reach one never return to what they interrupted,
// and borrow with `try_borrow`.
unsafe impl<T> Sync for OneCpu<T> {}

impl<T> OneCpu<T> {
    /// Wraps the value.
    pub(crate) const fn new(value: T) -> Self {
        Self(RefCell::new(value))
    }

    /// The value. Panics while another borrow lives.
    #[track_caller]
    pub(crate) fn borrow(&self) -> RefMut<'_, T> {
        self.0.borrow_mut()
    }

    /// The value, unless another borrow lives.
    pub(crate) fn try_borrow(&self) -> Option<RefMut<'_, T>> {
        self.0.try_borrow_mut().ok()
    }
}
