//! Redrawing only what changed, for those who draw by hand: a [canvas](crate::canvas) finds it out by itself.

/// Something that is on the screen, and for how many frames it has looked like that.
///
/// Buffers are drawn on in turn, so what is in the back buffer is some flips old (its *age*, as EGL_EXT_buffer_age has it:
/// 1 when it holds the frame presented last, 2 when it holds the one before, 0 when its content is anything): it lacks what
/// changed in the frames since. A thing must therefore be drawn again until each buffer has it, and not at all after that.
#[derive(Clone, Copy, Debug)]
pub struct Shown<T> {
    value: Option<T>,
    /// Frames since `value` changed.
    unchanged: u64,
}

impl<T: PartialEq> Shown<T> {
    /// Something that has not been drawn yet.
    pub const fn new() -> Self {
        Self { value: None, unchanged: 0 }
    }

    /// Whether `value` has to be drawn on a back buffer of the given age. To be asked once for every frame that is
    /// presented.
    pub fn update(&mut self, value: T, age: u64) -> bool {
        if self.value.as_ref() == Some(&value) {
            self.unchanged = self.unchanged.saturating_add(1);
        } else {
            self.value = Some(value);
            self.unchanged = 0;
        }
        age == 0 || self.unchanged < age
    }

    /// The last value.
    pub const fn value(&self) -> Option<&T> {
        self.value.as_ref()
    }
}

impl<T: PartialEq> Default for Shown<T> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drawn_until_every_buffer_has_it() {
        let mut shown = Shown::new();
        // Two new buffers, then their turns with two flips between.
        let frames = [(1, 0), (1, 0), (1, 2), (2, 2), (2, 2), (2, 2), (2, 0), (2, 2)];
        let drawn = frames.map(|(value, age)| shown.update(value, age));
        assert_eq!(drawn, [true, true, false, true, true, false, true, false]);
    }
}
