//! Charts: drawn as SVG by `plotters`, coloured by the stylesheet (so they follow the reader's scheme), named and described
//! for those who do not see them. Each stands beside the table it is drawn from.

use leptos::prelude::*;
use plotters::prelude::{ChartBuilder, Color as _, IntoDrawingArea as _, IntoFont as _, RGBColor, Rectangle, SVGBackend, Text};

/// Rows of bars, one bar a series in each.
pub struct Bars {
    /// Names the chart's parts on its page.
    pub id: &'static str,
    pub title: String,
    /// What it shows, in one sentence.
    pub says: String,
    /// What the bars of a row stand for: at most three.
    pub series: Vec<&'static str>,
    /// A label, and a number for each series.
    pub rows: Vec<(String, Vec<i64>)>,
}

const WIDTH: u32 = 420;
const LABEL: f64 = 22.0;
const BAR: f64 = 14.0;
const GAP: f64 = 14.0;

/// The chart with its legend. Nothing without rows.
pub fn bars(chart: Bars) -> Option<AnyView> {
    if chart.rows.is_empty() {
        return None;
    }
    let (title, says) = (format!("{}-title", chart.id), format!("{}-says", chart.id));
    let named = format!("{title} {says}");
    let svg = draw(&chart)?;
    let inner = svg.split_once('>').and_then(|(_, rest)| rest.rsplit_once("</svg>")).map(|(inner, _)| inner.to_owned())?;
    let height = height(&chart);
    let legend = (chart.series.len() > 1).then(|| {
        let entries = chart.series.iter().enumerate().map(|(at, label)| {
            view! { <li><span class=format!("swatch chart-{at}") aria-hidden="true"></span>{*label}</li> }
        });
        view! { <ul class="legend small">{entries.collect_view()}</ul> }
    });
    let view = view! {
        <figure class="chart">
            {legend}
            <svg viewBox=format!("0 0 {WIDTH} {height}") role="img" aria-labelledby=named>
                <title id=title>{chart.title.clone()}</title>
                <desc id=says>{chart.says.clone()}</desc>
                <g inner_html=inner></g>
            </svg>
        </figure>
    };
    Some(view.into_any())
}

fn row_height(chart: &Bars) -> f64 {
    LABEL + BAR * chart.series.len() as f64 + GAP
}

fn height(chart: &Bars) -> u32 {
    (row_height(chart) * chart.rows.len() as f64).ceil() as u32
}

/// The colour of ink, and of each series: stood in for by classes.
const INK: RGBColor = RGBColor(1, 1, 1);

const fn colour(series: usize) -> RGBColor {
    RGBColor(2, 2, series as u8)
}

/// `None` when it cannot be drawn; the table is there all the same.
fn draw(chart: &Bars) -> Option<String> {
    let mut svg = String::new();
    let height = height(chart);
    let most = chart.rows.iter().flat_map(|(_, numbers)| numbers).copied().max().unwrap_or(0).max(1) as f64;
    {
        let area = SVGBackend::with_string(&mut svg, (WIDTH, height)).into_drawing_area();
        // Room for the number at the end of the longest bar.
        let mut context = ChartBuilder::on(&area).build_cartesian_2d(0.0..most * 1.18, f64::from(height)..0.0).ok()?;
        for (at, (label, numbers)) in chart.rows.iter().enumerate() {
            let top = at as f64 * row_height(chart);
            context.draw_series([Text::new(label.clone(), (0.0, top + 2.0), ("sans-serif", 16).into_font().color(&INK))]).ok()?;
            for (series, number) in numbers.iter().enumerate() {
                let (from, to) = (top + LABEL + BAR * series as f64, top + LABEL + BAR * (series + 1) as f64 - 2.0);
                let length = (*number as f64).max(0.0);
                context.draw_series([Rectangle::new([(0.0, from), (length, to)], colour(series).filled())]).ok()?;
                let words = crate::words::thousands(u64::try_from(*number).unwrap_or(0));
                let beside = (length + most * 0.015, from - 1.0);
                context.draw_series([Text::new(words, beside, ("sans-serif", 14).into_font().color(&INK))]).ok()?;
            }
        }
        area.present().ok()?;
    }
    let mut svg = svg.replace(" fill=\"#010101\"", " class=\"chart-ink\"");
    for series in 0..chart.series.len() {
        svg = svg.replace(&format!(" fill=\"#02020{series}\""), &format!(" class=\"chart-{series}\""));
    }
    Some(svg)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart() -> Bars {
        Bars {
            id: "c",
            title: "Gives and acts".into(),
            says: "Two companies.".into(),
            series: vec!["Gives", "Acts"],
            rows: vec![("Fjord & <Sons>".into(), vec![1200, 3]), ("Aster".into(), vec![0, 1])],
        }
    }

    #[test]
    fn every_row_and_number_is_drawn_and_coloured_by_class_alone() {
        let svg = draw(&chart()).unwrap();
        assert!(svg.contains("Fjord &amp; &lt;Sons&gt;"), "{svg}");
        for words in ["Aster", "1,200", "\n3\n", "\n0\n", "\n1\n"] {
            assert!(svg.contains(words), "{words}: {svg}");
        }
        assert_eq!(svg.matches("<rect").count(), 4);
        assert_eq!((svg.matches("class=\"chart-0\"").count(), svg.matches("class=\"chart-1\"").count()), (2, 2));
        assert!(!svg.contains("fill=\"#") && !svg.contains("style="), "{svg}");
    }

    #[test]
    fn nothing_is_drawn_of_nothing() {
        assert!(bars(Bars { rows: vec![], ..chart() }).is_none());
    }
}
