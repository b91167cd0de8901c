//! A window on the screens, in real time.

mod fit;
mod keys;
mod pane;

use vitrine_kit::input::Event;
use vitrine_xen::abi::sched::ShutdownReason;
use winit::application::ApplicationHandler;
use winit::event::{ElementState, MouseButton, TouchPhase, WindowEvent};
use winit::event_loop::{ActiveEventLoop, ControlFlow, EventLoop};
use winit::window::WindowId;

use crate::both::{Both, Rest};
use crate::console;
use crate::error::Error;
use crate::events::happened;
use crate::lifecycle::request_shutdown;
use crate::machine;
use crate::options::Options;
use pane::Pane;

/// What comes from other threads.
enum Call {
    /// Somebody wants the preview to end, as `xl shutdown` would.
    End,
    /// A task was woken.
    GoOn,
}

/// Shows the appliance until it ends, or its window is closed.
pub fn show(both: Both, options: &Options) -> Result<(), Error> {
    let event_loop = EventLoop::<Call>::with_user_event().build().map_err(Error::no_desktop)?;
    let proxy = event_loop.create_proxy();
    // When the loop is gone nobody is left to be called.
    let end = move || drop(proxy.send_event(Call::End));
    ctrlc::set_handler(end).map_err(|error| Error::Signals(error.to_string()))?;
    if let Some(path) = &options.console {
        let proxy = event_loop.create_proxy();
        console::follow(path, move || drop(proxy.send_event(Call::GoOn)))?;
    }
    let mut desktop = Desktop { both, pane: None, shown: 0, ending: false, result: Ok(()) };
    event_loop.run_app(&mut desktop).map_err(Error::window)?;
    desktop.result
}

struct Desktop {
    both: Both,
    /// Nothing before the event loop says that windows can be made.
    pane: Option<Pane>,
    /// The revision of the screens that the window shows, or is about to.
    shown: u64,
    ending: bool,
    result: Result<(), Error>,
}

impl Desktop {
    /// Lets everything happen that is due, and sees when to be called again.
    fn go_on(&mut self, event_loop: &ActiveEventLoop) {
        machine::now();
        match self.both.settle() {
            Rest::Until(next) => {
                let next = next.and_then(machine::instant_of);
                event_loop.set_control_flow(next.map_or(ControlFlow::Wait, ControlFlow::WaitUntil));
            }
            Rest::Never => event_loop.set_control_flow(ControlFlow::Poll),
            Rest::Ended(reason) => {
                let crashed = reason == ShutdownReason::Crash;
                self.leave(event_loop, if crashed { Err(Error::Crashed) } else { Ok(()) });
            }
        }
        let revision = self.both.screens.revision();
        if let Some(pane) = &self.pane
            && std::mem::replace(&mut self.shown, revision) != revision
        {
            pane.request_redraw();
        }
    }

    fn leave(&mut self, event_loop: &ActiveEventLoop, result: Result<(), Error>) {
        // What went wrong first is what is told.
        if self.result.is_ok() {
            self.result = result;
        }
        event_loop.exit();
    }

    /// Lets the appliance end in order; whoever asks again does not want to wait.
    fn end(&mut self, event_loop: &ActiveEventLoop) {
        if std::mem::replace(&mut self.ending, true) {
            self.leave(event_loop, Ok(()));
        }
        request_shutdown(ShutdownReason::Poweroff);
    }
}

impl ApplicationHandler<Call> for Desktop {
    fn resumed(&mut self, event_loop: &ActiveEventLoop) {
        if self.pane.is_none() {
            match Pane::open(event_loop, &self.both.screens.picture(self.both.columns)) {
                Ok(pane) => self.pane = Some(pane),
                Err(error) => self.leave(event_loop, Err(error)),
            }
        }
    }

    fn user_event(&mut self, event_loop: &ActiveEventLoop, call: Call) {
        match call {
            Call::End => self.end(event_loop),
            // It does before it waits, whatever came.
            Call::GoOn => {}
        }
    }

    fn window_event(&mut self, event_loop: &ActiveEventLoop, _: WindowId, event: WindowEvent) {
        let Some(pane) = &mut self.pane else { return };
        match event {
            WindowEvent::RedrawRequested => {
                if let Err(error) = pane.draw(&self.both.screens.picture(self.both.columns)) {
                    self.leave(event_loop, Err(error));
                }
            }
            WindowEvent::Resized(_) => pane.request_redraw(),
            WindowEvent::CursorMoved { position, .. } => happened(Event::PointerMoved(pane.point_at(position))),
            WindowEvent::MouseInput { state, button: MouseButton::Left, .. } => happened(match state {
                ElementState::Pressed => Event::PointerDown(pane.pointer()),
                ElementState::Released => Event::PointerUp(pane.pointer()),
            }),
            WindowEvent::Touch(touch) => {
                let point = pane.point_at(touch.location);
                happened(match touch.phase {
                    TouchPhase::Started => Event::PointerDown(point),
                    TouchPhase::Moved => Event::PointerMoved(point),
                    TouchPhase::Ended | TouchPhase::Cancelled => Event::PointerUp(point),
                });
            }
            // A key that was held when the window came to the front was not pressed in it.
            WindowEvent::KeyboardInput { event, is_synthetic, .. }
                if !(is_synthetic && event.state == ElementState::Pressed) =>
            {
                keys::events_of(&event).for_each(happened);
            }
            WindowEvent::CloseRequested => self.end(event_loop),
            _ => {}
        }
    }

    fn about_to_wait(&mut self, event_loop: &ActiveEventLoop) {
        self.go_on(event_loop);
    }
}
