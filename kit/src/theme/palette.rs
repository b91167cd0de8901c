//! Colours, by what they are for.

use embedded_graphics_core::pixelcolor::Rgb888;

/// How many series a plot can tell apart by colour.
pub const SERIES: usize = 6;

/// Colours, by what they are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Palette {
    /// Behind everything.
    pub ground: Rgb888,
    /// Cards.
    pub surface: Rgb888,
    /// What stands on a card and can be touched: keys, plain buttons, the selected line of a list.
    pub raised: Rgb888,
    /// The part of a slider, a gauge or a bar that is not filled.
    pub track: Rgb888,
    /// Thin lines around and between things.
    pub outline: Rgb888,
    /// Writing.
    pub text: Rgb888,
    /// Writing that explains.
    pub muted: Rgb888,
    /// What is on, selected, or to be touched next. One thing on a screen, seldom more.
    pub accent: Rgb888,
    /// Writing on `accent`.
    pub on_accent: Rgb888,
    /// All is well.
    pub good: Rgb888,
    /// Somebody should look.
    pub warning: Rgb888,
    /// Somebody must act.
    pub bad: Rgb888,
    /// The keys of a keyboard, which stands on `ground`.
    pub key: Rgb888,
    /// How deep the shadow below a card is: so much of 255 in the colour of `text`. On a dark ground there is none to be seen.
    pub shadow: u8,
    /// The knobs of switches and sliders.
    pub knob: Rgb888,
    /// The colours of a plot's series, in this order.
    pub series: [Rgb888; SERIES],
}

/// Which of a palette's colours something is written or filled with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// [`Palette::text`].
    #[default]
    Text,
    /// [`Palette::muted`].
    Muted,
    /// [`Palette::accent`].
    Accent,
    /// [`Palette::on_accent`].
    OnAccent,
    /// [`Palette::good`].
    Good,
    /// [`Palette::warning`].
    Warning,
    /// [`Palette::bad`].
    Bad,
}

/// A colour as it is written in style guides.
const fn hex(color: u32) -> Rgb888 {
    Rgb888::new((color >> 16) as u8, (color >> 8) as u8, color as u8)
}

impl Palette {
    /// Of [`Theme::dark`](super::Theme::dark).
    pub const DARK: Self = Self {
        ground: hex(0x0b_0e14),
        surface: hex(0x15_1a23),
        raised: hex(0x22_2936),
        track: hex(0x2a_3240),
        outline: hex(0x26_2e3b),
        text: hex(0xee_f1f6),
        muted: hex(0x93_9eb0),
        accent: hex(0x5b_93ff),
        on_accent: hex(0x06_1430),
        good: hex(0x3d_d68c),
        warning: hex(0xff_b84d),
        bad: hex(0xff_6b6b),
        key: hex(0x22_2936),
        shadow: 0,
        knob: hex(0xff_ffff),
        series: [hex(0x5b_93ff), hex(0x3d_d6b0), hex(0xff_b84d), hex(0xc0_8cff), hex(0xff_7a9a), hex(0x7f_d4ff)],
    };

    /// Of [`Theme::light`](super::Theme::light).
    pub const LIGHT: Self = Self {
        ground: hex(0xf3_f5f8),
        surface: hex(0xff_ffff),
        raised: hex(0xe9_edf3),
        track: hex(0xe0_e5ed),
        outline: hex(0xe0_e5ed),
        text: hex(0x14_1b2b),
        muted: hex(0x5c_6880),
        accent: hex(0x22_62e8),
        on_accent: hex(0xff_ffff),
        good: hex(0x11_8a57),
        warning: hex(0xad_6500),
        bad: hex(0xcf_2f3a),
        key: hex(0xff_ffff),
        shadow: 30,
        knob: hex(0xff_ffff),
        series: [hex(0x22_62e8), hex(0x0f_9d8a), hex(0xe0_8a00), hex(0x82_4fd6), hex(0xd6_3c6b), hex(0x1f_93c9)],
    };

    /// Of [`Theme::contrast`](super::Theme::contrast).
    pub const CONTRAST: Self = Self {
        ground: hex(0x00_0000),
        surface: hex(0x00_0000),
        raised: hex(0x1c_1c1c),
        track: hex(0x4a_4a4a),
        outline: hex(0xff_ffff),
        text: hex(0xff_ffff),
        muted: hex(0xd8_d8d8),
        accent: hex(0xff_d60a),
        on_accent: hex(0x00_0000),
        good: hex(0x4c_ff8f),
        warning: hex(0xff_a826),
        bad: hex(0xff_8080),
        key: hex(0x1c_1c1c),
        shadow: 0,
        knob: hex(0xff_ffff),
        series: [hex(0xff_d60a), hex(0x40_d8ff), hex(0x4c_ff8f), hex(0xff_8ad8), hex(0xff_ffff), hex(0xff_a826)],
    };

    /// The colour of this tone.
    pub const fn tone(&self, tone: Tone) -> Rgb888 {
        match tone {
            Tone::Text => self.text,
            Tone::Muted => self.muted,
            Tone::Accent => self.accent,
            Tone::OnAccent => self.on_accent,
            Tone::Good => self.good,
            Tone::Warning => self.warning,
            Tone::Bad => self.bad,
        }
    }

    /// The colour of a plot's series; beyond the last they begin again.
    pub const fn of_series(&self, index: usize) -> Rgb888 {
        self.series[index % SERIES]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use embedded_graphics_core::pixelcolor::RgbColor;

    /// Relative luminance, as WCAG 2.2 defines it for sRGB.
    fn luminance(color: Rgb888) -> f64 {
        let linear = |channel: u8| {
            let part = f64::from(channel) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(color.r()) + 0.7152 * linear(color.g()) + 0.0722 * linear(color.b())
    }

    fn contrast(one: Rgb888, other: Rgb888) -> f64 {
        let (one, other) = (luminance(one) + 0.05, luminance(other) + 0.05);
        (one / other).max(other / one)
    }

    /// WCAG's level AA: 4.5 for text, 3 for what is told apart by its shape; AAA (7) for text in the contrast theme.
    #[test]
    fn everything_can_be_read() {
        for (palette, least) in [(Palette::DARK, 4.5), (Palette::LIGHT, 4.5), (Palette::CONTRAST, 7.0)] {
            for ground in [palette.ground, palette.surface, palette.raised] {
                for color in [palette.text, palette.muted] {
                    assert!(contrast(color, ground) >= least, "{color:?} on {ground:?}");
                }
                for color in [palette.accent, palette.good, palette.warning, palette.bad] {
                    assert!(contrast(color, ground) >= 3.0, "{color:?} on {ground:?}");
                }
            }
            assert!(contrast(palette.on_accent, palette.accent) >= 4.5);
            for color in palette.series {
                assert!(contrast(color, palette.surface) >= 2.5, "{color:?}");
            }
        }
    }
}
