//! Charts as inline SVG: calls over time, risk over time, bars of shares. Every colour is one of the page's, so
//! that they follow light and dark.

use crate::view::{
    tally::{Hour, Tally, counts::Count, summary::mean},
    words,
};
use jiff::Timestamp;

/// Bars that a chart over time has at most.
const MAX_BARS: i64 = 72;
/// And at least.
const MIN_BARS: i64 = 24;
const WIDTH: f64 = 960.0;
const HEIGHT: f64 = 160.0;
/// Room for the labels below and on the left.
const FOOT: f64 = 18.0;
const LEFT: f64 = 44.0;
/// Hours of a bar, the finest that fits is taken.
const STEPS: &[i64] = &[1, 2, 3, 6, 12, 24, 48, 168, 720, 2160, 8760];

/// One bar of time.
struct Slot {
    label: String,
    sums: Hour,
}

/// The hours in bars of equal length, those without a call included.
fn slots(tally: &Tally) -> Vec<Slot> {
    let hours: Vec<(i64, &Hour)> = tally
        .hours
        .iter()
        .filter_map(|(name, sums)| {
            let at: Timestamp = format!("{name}:00:00Z").parse().ok()?;
            Some((at.as_second() / 3600, sums))
        })
        .collect();
    let (Some((first, _)), Some((last, _))) = (hours.first(), hours.last()) else {
        return Vec::new();
    };
    let length = last - first + 1;
    let step = STEPS
        .iter()
        .copied()
        .find(|step| length <= step * MAX_BARS)
        .unwrap_or(length / MAX_BARS + 1);
    // A short time is shown at the right of a longer one, so that a bar stays a bar.
    let begin = (first - first.rem_euclid(step)).min(last - last.rem_euclid(step) - (MIN_BARS - 1) * step);
    let count = (last - begin) / step + 1;
    let mut slots: Vec<Slot> = (0..count)
        .map(|n| {
            let at = Timestamp::from_second((begin + n * step) * 3600).unwrap_or(Timestamp::UNIX_EPOCH);
            let form = if step < 24 { "%m-%d %H:00" } else { "%Y-%m-%d" };
            Slot {
                label: at.strftime(form).to_string(),
                sums: Hour::default(),
            }
        })
        .collect();
    for (hour, sums) in hours {
        let place = usize::try_from((hour - begin) / step).unwrap_or(0);
        if let Some(slot) = slots.get_mut(place) {
            slot.sums.add(sums);
        }
    }
    slots
}

#[expect(clippy::cast_precision_loss, reason = "lengths on a screen")]
fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 {
        0.0
    } else {
        part as f64 / whole as f64
    }
}

#[expect(clippy::cast_precision_loss, reason = "places on a screen")]
fn place(index: usize, count: usize) -> (f64, f64) {
    let width = (WIDTH - LEFT) / count.max(1) as f64;
    (LEFT + width * index as f64, width)
}

fn frame(title: &str, most: &str, slots: &[Slot], bars: &str) -> String {
    let base = HEIGHT - FOOT;
    let mut labels = String::new();
    if let (Some(first), Some(last)) = (slots.first(), slots.last()) {
        labels = format!(
            "<text x=\"{LEFT}\" y=\"{HEIGHT}\">{}</text><text x=\"{WIDTH}\" y=\"{HEIGHT}\" text-anchor=\"end\">{}</text>",
            first.label, last.label
        );
    }
    format!(
        "<svg viewBox=\"0 0 {WIDTH} {}\" role=\"img\" aria-label=\"{title}\"><title>{title}</title>\
         <line x1=\"{LEFT}\" y1=\"{base}\" x2=\"{WIDTH}\" y2=\"{base}\" stroke=\"var(--line)\"/>\
         <text x=\"{}\" y=\"12\" text-anchor=\"end\">{most}</text>\
         <text x=\"{}\" y=\"{base}\" text-anchor=\"end\">0</text>{bars}{labels}</svg>\n",
        HEIGHT + 4.0,
        LEFT - 6.0,
        LEFT - 6.0
    )
}

fn rect(x: f64, width: f64, y: f64, height: f64, colour: &str, title: &str) -> String {
    if height <= 0.0 {
        return String::new();
    }
    let width = (width - 1.0).max(0.5);
    format!(
        "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" fill=\"var(--{colour})\">\
         <title>{title}</title></rect>"
    )
}

/// Calls in bars over time, those refused in red at the foot.
pub(super) fn timeline(tally: &Tally) -> String {
    let slots = slots(tally);
    let most = slots.iter().map(|slot| slot.sums.count.calls).max().unwrap_or(0);
    if most == 0 {
        return String::new();
    }
    let base = HEIGHT - FOOT;
    let mut bars = String::new();
    for (index, slot) in slots.iter().enumerate() {
        let (x, width) = place(index, slots.len());
        let count = slot.sums.count;
        let calls = words::count(count.calls, "call", "calls");
        let title = format!("{}: {calls}, {} refused", slot.label, count.refused);
        let all = base * share(count.calls, most);
        let refused = base * share(count.refused, most);
        bars.push_str(&rect(x, width, base - all, all - refused, "note", &title));
        bars.push_str(&rect(x, width, base - refused, refused, "bad", &title));
    }
    let chart = frame(
        "calls over time; refused in red",
        &most.to_string(),
        &slots,
        &bars,
    );
    chart + &key(&[("note", "let through"), ("bad", "refused")])
}

/// The greatest and the mean risk over time.
pub(super) fn risk(tally: &Tally) -> String {
    let slots = slots(tally);
    if slots.iter().all(|slot| slot.sums.count.calls == 0) {
        return String::new();
    }
    let base = HEIGHT - FOOT;
    let mut bars = String::new();
    for (index, slot) in slots.iter().enumerate() {
        let (x, width) = place(index, slots.len());
        let most = slot.sums.risk_max.clamp(0.0, 1.0);
        let mean = mean(slot.sums.risk_sum, slot.sums.count).clamp(0.0, 1.0);
        let title = format!("{}: greatest {most:.2}, mean {mean:.2}", slot.label);
        bars.push_str(&rect(
            x,
            width,
            base - base * most,
            base * (most - mean),
            "line",
            &title,
        ));
        bars.push_str(&rect(x, width, base - base * mean, base * mean, "warn", &title));
    }
    let chart = frame("risk over time: mean, and greatest in grey", "1.0", &slots, &bars);
    chart + &key(&[("warn", "mean"), ("line", "greatest")])
}

/// What the colours of a chart mean, and the zone of its times.
fn key(colours: &[(&str, &str)]) -> String {
    let parts: String = colours
        .iter()
        .map(|(colour, word)| format!("<i style=\"background:var(--{colour})\"></i>{word} "))
        .collect();
    format!("<p class=\"key\">{parts}· times in UTC</p>\n")
}

/// A bar of a count's share, its refused part in red.
pub(super) fn bar(count: Count, most: u64) -> String {
    let all = 100.0 * share(count.calls, most);
    let refused = 100.0 * share(count.refused, most);
    format!(
        "<svg viewBox=\"0 0 100 8\" preserveAspectRatio=\"none\" style=\"height:.6rem\" aria-hidden=\"true\">\
         <rect width=\"{all:.1}\" height=\"8\" fill=\"var(--note)\"/>\
         <rect width=\"{refused:.1}\" height=\"8\" fill=\"var(--bad)\"/></svg>"
    )
}
