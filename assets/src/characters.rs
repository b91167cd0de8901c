//! Sets of characters that a font is often wanted with. Any `&str` will do as well.

/// Printable ASCII.
pub const ASCII: &str =
    " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~";

/// The letters and signs of ISO 8859-1 beyond [`ASCII`], which western European languages are written with.
pub const LATIN_1: &str =
    "¡¢£¤¥¦§¨©ª«¬®¯°±²³´µ¶·¸¹º»¼½¾¿ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖ×ØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõö÷øùúûüýþÿ";

/// The letters of Latin Extended-A, and four more that Romanian has: with [`LATIN_1`], the Latin alphabets of Europe and Turkey.
pub const LATIN_EXTENDED_A: &str = "\
    ĀāĂăĄąĆćĈĉĊċČčĎďĐđĒēĔĕĖėĘęĚěĜĝĞğĠġĢģĤĥĦħĨĩĪīĬĭĮįİıĲĳĴĵĶķĸĹĺĻļĽ\
    ľŁłŃńŅņŇňŊŋŌōŎŏŐőŒœŔŕŖŗŘřŚśŜŝŞşŠšŢţŤťŦŧŨũŪūŬŭŮůŰűŲųŴŵŶŷŸŹźŻżŽž\
    ȘșȚț";

/// What careful writing needs beyond [`ASCII`]: degrees, dashes, quotation marks, a bullet, an ellipsis, signs.
pub const TYPOGRAPHIC: &str = "°±µ·×–—‘’‚“”„†‡•…‰‹›€™−≈≠≤≥";

/// What figures are written with.
pub const FIGURES: &str = " %+,-./0123456789:–";

/// What a clock shows.
pub const DIGITS: &str = "0123456789:";
