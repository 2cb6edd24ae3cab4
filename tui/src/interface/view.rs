//! Draws the whole screen: header, the open screen, the training clock, footer, and what lies over them.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::app::App;
use super::layers;
use super::lock_view;
use super::privacy::Privacy;
use super::screens::{Screen, customers_view, plans_view, reports_view, sync_view, templates_view, today_view};
use super::theme::Role;
use super::widgets::{banner, footer, header, lesson, strip};

/// The bar of the training clock needs a screen of so many rows.
pub const BAR_FROM_ROWS: u16 = 12;

/// Draws a frame. At small heights the header goes, then the footer; the task itself stays.
pub fn draw(app: &mut App, frame: &mut Frame) {
    let area = frame.area();
    if area.is_empty() {
        return;
    }
    frame.buffer_mut().set_style(area, app.theme.style(Role::Text));
    app.hits.clear();
    if app.lock.is_some() {
        lock_view::draw(app, frame, area);
        return app.settings.glyph_set().apply(frame.buffer_mut());
    }
    match app.privacy {
        Privacy::Off => draw_shown(app, frame, area),
        Privacy::On => {
            let unmasked = app.mask();
            draw_shown(app, frame, area);
            app.unmask(unmasked);
        }
    }
    app.settings.glyph_set().apply(frame.buffer_mut());
}

fn draw_shown(app: &mut App, frame: &mut Frame, area: Rect) {
    let (mut body, mut header_area, mut training_area, mut footer_area) = (area, None, None, None);
    if area.height >= 3 {
        footer_area = Some(take_bottom(&mut body));
    }
    if area.height >= 7 {
        header_area = Some(Rect { height: 1, ..body });
        body = Rect { y: body.y + 1, height: body.height - 1, ..body };
    }
    let banners = banner::texts(app, area.height);
    let n_banners = u16::try_from(banners.len()).unwrap_or_default();
    let banner_area = Rect { height: n_banners, ..body };
    body = Rect { y: body.y + n_banners, height: body.height.saturating_sub(n_banners), ..body };
    if area.height >= BAR_FROM_ROWS && app.data.is_training() {
        training_area = Some(take_bottom(&mut body));
    }
    let lesson_rows = lesson::rows(app, area.width, area.height);
    let lesson_area = Rect { y: body.bottom() - lesson_rows, height: lesson_rows, ..body };
    body.height -= lesson_rows;
    let strip_rows = strip::rows(app, area.height).min(body.height);
    let strip_area = Rect { y: body.bottom() - strip_rows, height: strip_rows, ..body };
    body.height -= strip_rows;
    match app.screen {
        Screen::Today => today_view::draw(app, frame, body),
        Screen::Customers => customers_view::draw(app, frame, body),
        Screen::Templates => templates_view::draw(app, frame, body),
        Screen::Plans => plans_view::draw(app, frame, body),
        Screen::Reports => reports_view::draw(app, frame, body),
        Screen::Sync => sync_view::draw(app, frame, body),
    }
    if let Some(area) = header_area {
        header::draw(app, frame, area);
    }
    banner::draw(app, frame, banner_area, banners);
    if strip_rows > 0 {
        strip::draw(app, frame, strip_area);
    }
    if lesson_rows > 0 {
        lesson::draw(app, frame, lesson_area);
    }
    if let Some(area) = training_area {
        footer::training(app, frame, area);
    }
    if let Some(area) = footer_area {
        footer::draw(app, frame, area);
    }
    layers::view::draw(app, frame, body);
}

fn take_bottom(body: &mut Rect) -> Rect {
    let row = Rect { y: body.bottom() - 1, height: 1, ..*body };
    body.height -= 1;
    row
}
