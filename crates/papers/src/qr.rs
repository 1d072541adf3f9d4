//! QR codes: as SVG for pages, as squares for PDF, as PNG for DOCX.

use qrcode::{EcLevel, QrCode};

use crate::Error;

/// The modules of the code, row by row, and how many there are in a row.
pub fn modules(text: &str) -> Result<(Vec<bool>, usize), Error> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).map_err(|error| Error::Qr(error.to_string()))?;
    let width = code.width();
    Ok((code.into_colors().into_iter().map(|color| color == qrcode::Color::Dark).collect(), width))
}

/// An SVG of one path in the colour of the text, with the quiet zone of four modules.
pub fn svg(text: &str) -> Result<String, Error> {
    let (dark, width) = modules(text)?;
    let mut path = String::new();
    for (place, _) in dark.iter().enumerate().filter(|(_, dark)| **dark) {
        path.push_str(&format!("M{} {}h1v1h-1z", place % width + 4, place / width + 4));
    }
    let side = width + 8;
    Ok(format!(
        "<svg viewBox=\"0 0 {side} {side}\" role=\"img\" aria-label=\"校验二维码\"><path class=\"k\" fill=\"currentColor\" d=\"{path}\"/></svg>"
    ))
}

/// A black-and-white PNG, eight pixels a module.
pub(crate) fn png(text: &str) -> Result<(Vec<u8>, u32), Error> {
    const SCALE: usize = 8;
    let (dark, width) = modules(text)?;
    let side = (width + 8) * SCALE;
    let mut pixels = vec![255u8; side * side];
    for (place, _) in dark.iter().enumerate().filter(|(_, dark)| **dark) {
        let (x, y) = ((place % width + 4) * SCALE, (place / width + 4) * SCALE);
        for row in y..y + SCALE {
            pixels[row * side + x..row * side + x + SCALE].fill(0);
        }
    }
    let mut out = Vec::new();
    let length = u32::try_from(side).unwrap_or(0);
    let mut encoder = png::Encoder::new(&mut out, length, length);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    let fail = |error: png::EncodingError| Error::Qr(error.to_string());
    encoder.write_header().map_err(fail)?.write_image_data(&pixels).map_err(fail)?;
    Ok((out, length))
}
