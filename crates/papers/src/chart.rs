//! Charts: laid out once in points, drawn thrice — as SVG on a page, as shapes in a PDF, as a picture in a DOCX. Readable in black and
//! white; the numbers always stand in a table beside it.

use crate::paper::Table;

/// Values of one or more series at the same labels, from zero.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    pub caption: String,
    pub unit: String,
    pub labels: Vec<String>,
    pub series: Vec<Series>,
    /// Labels run along the foot, as months do; otherwise they stand at the left and bars lie.
    pub upright: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    pub title: String,
    /// A value a label, with the text that the table shows.
    pub values: Vec<(f64, String)>,
}

/// Shapes in points, from the top left corner.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawing {
    pub width: f32,
    pub height: f32,
    pub shapes: Vec<Shape>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    Bar { x: f32, y: f32, width: f32, height: f32, tone: u8 },
    Text { x: f32, y: f32, size: f32, at: At, text: String },
}

/// Which end of a text its place means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At {
    Start,
    Middle,
    End,
}

/// As wide as the type area of GB/T 9704: 156 mm.
const WIDTH: f32 = 442.2;
const SMALL: f32 = 9.0;
/// Pixels a point on a screen, where small text would be too small.
const ON_SCREEN: f32 = 1.45;
/// Bars of a drawing that lies; more would not be read.
const MOST: usize = 24;

/// Tones of the series, dark first; the last is the tone of rules.
const TONES: [u8; 5] = [0x2b, 0xa6, 0x6e, 0xd0, 0xd9];
const RULE: usize = 4;

impl Chart {
    /// The same numbers as a table: months across, organs down.
    pub fn table(&self) -> Table {
        let unit = |title: &str| if self.unit.is_empty() { title.to_owned() } else { format!("{title}（{}）", self.unit) };
        let (head, rows) = if self.upright {
            let head = std::iter::once(String::new()).chain(self.labels.iter().cloned()).collect();
            let row =
                |series: &Series| std::iter::once(unit(&series.title)).chain(series.values.iter().map(|(_, text)| text.clone())).collect();
            (head, self.series.iter().map(row).collect())
        } else {
            let head = std::iter::once(String::new()).chain(self.series.iter().map(|series| unit(&series.title))).collect();
            let row = |(place, label): (usize, &String)| {
                let cells = self.series.iter().map(|series| series.values.get(place).map_or_else(String::new, |(_, text)| text.clone()));
                std::iter::once(label.clone()).chain(cells).collect()
            };
            (head, self.labels.iter().enumerate().map(row).collect())
        };
        Table { caption: String::new(), head, rows }
    }

    /// What the chart shows, for those who cannot see it.
    pub fn says(&self) -> String {
        let series = self.series.iter().map(|series| series.title.as_str()).collect::<Vec<_>>().join("、");
        format!(
            "图：{}。{series}，{}至{}，数值见图下的表。",
            self.caption,
            self.labels.first().map_or("", |label| label),
            self.labels.last().map_or("", |label| label)
        )
    }

    fn top(&self) -> f64 {
        self.series.iter().flat_map(|series| &series.values).map(|(value, _)| *value).fold(0.0, f64::max)
    }

    /// Lays the chart out.
    pub fn draw(&self) -> Drawing {
        let mut drawing = Drawing { width: WIDTH, height: 0.0, shapes: Vec::new() };
        let mut y = 4.0;
        if self.series.len() > 1 {
            let mut x = 0.0;
            for (tone, series) in self.series.iter().enumerate() {
                drawing.bar(x, y + 1.0, 10.0, 10.0, tone);
                let title = short(&series.title, 160.0);
                drawing.text(x + 14.0, y + 10.0, At::Start, &title);
                x += 14.0 + wide(&title) + 18.0;
            }
            y += 20.0;
        }
        if self.upright {
            self.stand(&mut drawing, y)
        } else {
            self.lie(&mut drawing, y)
        }
        drawing
    }

    fn stand(&self, drawing: &mut Drawing, top: f32) {
        let (step, ticks) = scale(self.top());
        let most = step * ticks as f64;
        let left = wide(&number(most)) + 8.0;
        let (height, foot) = (120.0, top + 12.0 + 120.0);
        for tick in 0..=ticks {
            let y = foot - height * tick as f32 / ticks as f32;
            drawing.bar(left, y, WIDTH - left, 0.5, RULE);
            drawing.text(left - 4.0, y + 3.0, At::End, &number(step * tick as f64));
        }
        let pitch = (WIDTH - left) / self.labels.len().max(1) as f32;
        let thick = (pitch * 0.68 / self.series.len().max(1) as f32).min(28.0);
        for (place, label) in self.labels.iter().enumerate() {
            let middle = left + pitch * (place as f32 + 0.5);
            let first = middle - thick * self.series.len() as f32 / 2.0;
            for (tone, series) in self.series.iter().enumerate() {
                let Some((value, text)) = series.values.get(place) else { continue };
                let tall = height * (value.max(0.0) / most.max(1e-9)) as f32;
                drawing.bar(first + thick * tone as f32, foot - tall, thick * 0.92, tall, tone);
                if self.series.len() == 1 && wide(text) <= pitch + 2.0 {
                    drawing.text(middle, foot - tall - 3.0, At::Middle, text);
                }
            }
            drawing.text(middle, foot + 12.0, At::Middle, &short(label, pitch));
        }
        drawing.height = foot + 18.0;
    }

    fn lie(&self, drawing: &mut Drawing, top: f32) {
        let left = self.labels.iter().map(|label| wide(label)).fold(0.0, f32::max).min(WIDTH * 0.4) + 8.0;
        let right = self.series.iter().flat_map(|series| &series.values).map(|(_, text)| wide(text)).fold(0.0, f32::max) + 6.0;
        let room = WIDTH - left - right;
        let most = self.top().max(1e-9);
        let thick = if self.series.len() == 1 { 13.0 } else { 10.0 };
        let mut y = top;
        for (place, label) in self.labels.iter().enumerate().take(MOST) {
            let middle = y + thick * self.series.len() as f32 / 2.0;
            drawing.text(left - 6.0, middle + 3.0, At::End, &short(label, left - 6.0));
            for (tone, series) in self.series.iter().enumerate() {
                let Some((value, text)) = series.values.get(place) else { continue };
                let long = room * (value.max(0.0) / most) as f32;
                drawing.bar(left, y, long, thick * 0.88, tone);
                drawing.text(left + long + 4.0, y + thick * 0.44 + 3.2, At::Start, text);
                y += thick;
            }
            y += 6.0;
        }
        drawing.bar(left - 0.5, top - 2.0, 0.8, y - top, RULE);
        drawing.height = y + 2.0;
    }
}

impl Drawing {
    fn bar(&mut self, x: f32, y: f32, width: f32, height: f32, tone: usize) {
        let tone = TONES.get(tone).copied().unwrap_or(0x80);
        self.shapes.push(Shape::Bar { x, y, width, height, tone });
    }

    fn text(&mut self, x: f32, y: f32, at: At, text: &str) {
        self.shapes.push(Shape::Text { x, y, size: SMALL, at, text: text.to_owned() });
    }

    /// As SVG, without style sheets, so that it looks the same wherever it stands. `says` tells it in words.
    pub fn svg(&self, says: &str) -> String {
        let mut out = format!(
            "<svg class=\"report-chart\" viewBox=\"0 0 {0:.1} {1:.1}\" width=\"{3:.0}\" height=\"{4:.0}\" role=\"img\" aria-label=\"{2}\" font-family=\"sans-serif\">",
            self.width,
            self.height,
            escape(says),
            self.width * ON_SCREEN,
            self.height * ON_SCREEN
        );
        for shape in &self.shapes {
            out.push_str(&match shape {
                Shape::Bar { x, y, width, height, tone } => {
                    format!("<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" fill=\"#{tone:02x}{tone:02x}{tone:02x}\"/>")
                }
                Shape::Text { x, y, size, at, text } => {
                    let anchor = match at {
                        At::Start => "start",
                        At::Middle => "middle",
                        At::End => "end",
                    };
                    format!("<text x=\"{x:.1}\" y=\"{y:.1}\" font-size=\"{size}\" text-anchor=\"{anchor}\" fill=\"#17191c\">{}</text>", escape(text))
                }
            });
        }
        out.push_str("</svg>");
        out
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// How wide a small text is, nearly: Chinese characters are square, others a little over half of that.
fn wide(text: &str) -> f32 {
    text.chars().map(|letter| if letter.is_ascii() { SMALL * 0.56 } else { SMALL }).sum()
}

/// The text, cut with an ellipsis where it would be wider than the room.
fn short(text: &str, room: f32) -> String {
    if wide(text) <= room {
        return text.to_owned();
    }
    let mut out = String::new();
    for letter in text.chars() {
        if wide(&out) + SMALL * 2.0 > room {
            break;
        }
        out.push(letter);
    }
    out.push('…');
    out
}

/// A round step and how many of them reach the top: 1, 2 or 5 times a power of ten.
fn scale(top: f64) -> (f64, u32) {
    let rough = (top / 4.0).max(1.0);
    let power = 10f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|times| times * power).find(|step| *step >= rough).unwrap_or(10.0 * power);
    (step, ((top / step).ceil() as u32).max(1))
}

fn number(value: f64) -> String {
    engine::value::thousands(value as i64)
}
