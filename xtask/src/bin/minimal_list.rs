//! The floor that `guide` is measured against: the least a ratatui program with a list of 500 rows can be. `j` and `k`
//! move, `q` quits.

use ratatui::crossterm::event::{self, Event, KeyCode};
use ratatui::layout::{Constraint, Layout};
use ratatui::widgets::{Block, List, ListState, Paragraph};

fn main() -> std::io::Result<()> {
    let rows: Vec<String> = (1..=500).map(|n| format!("{n:>4}  客户 {n}  call back about the ring")).collect();
    let mut state = ListState::default().with_selected(Some(0));
    let mut terminal = ratatui::init();
    let result = loop {
        let drawn = terminal.draw(|frame| {
            let areas: [_; 3] = Layout::vertical([Constraint::Length(1), Constraint::Min(1), Constraint::Length(1)])
                .areas(frame.area());
            frame.render_widget(Paragraph::new("READY"), areas[0]);
            let list = List::new(rows.iter().map(String::as_str)).block(Block::bordered()).highlight_symbol("> ");
            frame.render_stateful_widget(list, areas[1], &mut state);
            frame.render_widget(Paragraph::new(format!("row {:?}", state.selected())), areas[2]);
        });
        if let Err(error) = drawn {
            break Err(error);
        }
        match event::read() {
            Ok(Event::Key(key)) if key.code == KeyCode::Char('q') => break Ok(()),
            Ok(Event::Key(key)) if key.code == KeyCode::Char('j') => state.select_next(),
            Ok(Event::Key(key)) if key.code == KeyCode::Char('k') => state.select_previous(),
            Ok(_) => {}
            Err(error) => break Err(error),
        }
    };
    ratatui::restore();
    result
}
