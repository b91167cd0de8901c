//! The engine on the fake Xen, against a front end that says whatever a test wants it to say.

mod allocation;
mod edid;
mod hostile;
mod limits;
mod modes;
mod requests;
mod states;
mod support;
mod trace;
