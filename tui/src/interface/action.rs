//! The one registry of actions: each with its keys, its label and its help line in both languages, and where it works.
//! Keys, footer and help come from it.

use crossterm::event::KeyCode;
use guide_common::outcome::OutcomeCode;
use guide_common::sop::plan::Lang;

use super::keymap::Key;

/// What the guide means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Log what came of the contact.
    Log(OutcomeCode),
    /// Select the next row.
    Down,
    /// Select the row before.
    Up,
    /// Select a page further.
    PageDown,
    /// Select a page back.
    PageUp,
    /// Select the first row.
    First,
    /// Select the last row.
    Last,
    /// Open what is selected.
    Open,
    /// Go back.
    Back,
    /// Copy the script.
    Copy,
    /// Fill the gaps of the script.
    Fill,
    /// Show the next script of the task.
    NextScript,
    /// Scroll the script or the card on.
    ScrollDown,
    /// Scroll the script or the card back.
    ScrollUp,
    /// Log the next outcome with a note.
    Note,
    /// Take back what was recorded last.
    Undo,
    /// Close the customer's complaint.
    CloseComplaint,
    /// Mark a promise to the customer as kept.
    KeepPromise,
    /// Filter the customers.
    Filter,
    /// Show the other screen.
    OtherScreen,
    /// Sync at once.
    SyncNow,
    /// Mask names, phones, amounts and purchases on the screen, or show them again.
    Privacy,
    /// Show the other language.
    OtherLang,
    /// Move the virtual clock a day.
    DayForward,
    /// Move the virtual clock a week.
    WeekForward,
    /// Move the virtual clock a month.
    MonthForward,
    /// Show all keys.
    Help,
    /// Leave.
    Quit,
}

/// Where an action works, or a key is pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The queue.
    Today,
    /// The customers.
    Customers,
    /// Both.
    Both,
    /// Both, on the virtual clock only.
    Training,
}

impl Place {
    /// Whether what works here works there too.
    pub fn covers(self, other: Self) -> bool {
        self == other || matches!(self, Self::Both | Self::Training)
    }
}

/// One action of the registry.
#[derive(Clone, Debug)]
pub struct ActionSpec {
    /// The action.
    pub action: Action,
    /// Its keys; the first is the one shown.
    pub keys: Vec<Key>,
    /// Where it works.
    pub place: Place,
    /// What it is called in the footer.
    label: [&'static str; 2],
    /// What it does, for the help.
    help: [&'static str; 2],
}

impl ActionSpec {
    /// What it is called in the footer.
    pub fn label(&self, lang: Lang) -> &'static str {
        self.label[lang as usize]
    }

    /// What it does.
    pub fn help(&self, lang: Lang) -> &'static str {
        self.help[lang as usize]
    }

    /// Whether it works in a place.
    pub fn reaches(&self, place: Place) -> bool {
        self.place.covers(place)
    }
}

/// Every action, in the order of the help.
pub fn registry() -> &'static [ActionSpec] {
    static REGISTRY: std::sync::LazyLock<Vec<ActionSpec>> = std::sync::LazyLock::new(build);
    &REGISTRY
}

/// The spec of an action.
pub fn spec(action: Action) -> Option<&'static ActionSpec> {
    registry().iter().find(|spec| spec.action == action)
}

fn build() -> Vec<ActionSpec> {
    use Action as A;
    let outcomes = OutcomeCode::ALL.into_iter().map(|code| {
        let (label, help) = outcome_texts(code);
        ActionSpec { action: A::Log(code), keys: vec![Key::char(code.names().0)], place: Place::Both, label, help }
    });
    outcomes.chain(SPECS.iter().map(row)).collect()
}

type Row = (Action, &'static [Key], Place, [&'static str; 2], [&'static str; 2]);

fn row(&(action, keys, place, label, help): &Row) -> ActionSpec {
    ActionSpec { action, keys: keys.to_vec(), place, label, help }
}

const fn k(code: KeyCode) -> Key {
    Key::plain(code)
}

const fn c(c: char) -> Key {
    Key::char(c)
}

#[rustfmt::skip] // one line an action: this is a table
const SPECS: &[Row] = &[
    (Action::Copy, &[c('y'), k(KeyCode::F(5))], Place::Today, ["复制", "Copy"], ["复制话术，粘贴到企微发送", "Copy the script, to paste it into WeCom"]),
    (Action::Fill, &[c('f')], Place::Today, ["填空", "Fill"], ["填写话术里空着的内容", "Fill the gaps of the script"]),
    (Action::NextScript, &[c('s'), k(KeyCode::F(4))], Place::Today, ["换话术", "Script"], ["看这个任务的下一条话术", "Show the next script of this task"]),
    (Action::Undo, &[c('z'), k(KeyCode::F(9))], Place::Both, ["撤销", "Undo"], ["撤销最近一次记录", "Take back what was recorded last"]),
    (Action::Note, &[c('n'), c('+')], Place::Both, ["带备注", "Note"], ["下一个结果附上备注", "Log the next outcome with a note"]),
    (Action::Filter, &[c('/'), k(KeyCode::F(3))], Place::Both, ["找客户", "Find"], ["按姓名或手机尾号找客户", "Find a customer by name or last digits of the phone"]),
    (Action::OtherScreen, &[k(KeyCode::Tab), k(KeyCode::F(2))], Place::Both, ["切换", "Switch"], ["在今日和客户之间切换", "Switch between today and the customers"]),
    (Action::Open, &[k(KeyCode::Enter), k(KeyCode::Right), c('l')], Place::Both, ["打开", "Open"], ["打开选中的一条；话术有空时填空", "Open what is selected; fill the script's gaps"]),
    (Action::Back, &[k(KeyCode::Esc), k(KeyCode::Left), c('h')], Place::Both, ["返回", "Back"], ["返回列表", "Go back to the list"]),
    (Action::Down, &[c('j'), k(KeyCode::Down)], Place::Both, ["下", "Down"], ["选下一条", "Select the next row"]),
    (Action::Up, &[c('k'), k(KeyCode::Up)], Place::Both, ["上", "Up"], ["选上一条", "Select the row before"]),
    (Action::PageDown, &[k(KeyCode::PageDown), c(' ')], Place::Both, ["下页", "Page down"], ["向下一页", "Select a page further"]),
    (Action::PageUp, &[k(KeyCode::PageUp), c('b')], Place::Both, ["上页", "Page up"], ["向上一页", "Select a page back"]),
    (Action::First, &[c('g'), k(KeyCode::Home)], Place::Both, ["最前", "First"], ["到第一条", "Select the first row"]),
    (Action::Last, &[c('G'), k(KeyCode::End)], Place::Both, ["最后", "Last"], ["到最后一条", "Select the last row"]),
    (Action::ScrollDown, &[c('J'), c('>')], Place::Both, ["下滚", "Scroll"], ["话术或客户卡向下滚动", "Scroll the script or the card down"]),
    (Action::ScrollUp, &[c('K'), c('<')], Place::Both, ["上滚", "Scroll up"], ["话术或客户卡向上滚动", "Scroll the script or the card up"]),
    (Action::CloseComplaint, &[c('c'), c('=')], Place::Both, ["结投诉", "Close"], ["记下客户的话，结束投诉", "Close the open complaint with the customer's words"]),
    (Action::KeepPromise, &[c('P'), c('#')], Place::Both, ["承诺兑现", "Kept"], ["承诺已兑现：几条时先选哪一条", "Mark a promise to this customer as kept; asks which where there are several"]),
    (Action::SyncNow, &[c('r'), c('*')], Place::Both, ["同步", "Sync"], ["马上与总部同步", "Sync with headquarters at once"]),
    (Action::Privacy, &[c('x'), c('.'), k(KeyCode::F(12))], Place::Both, ["遮挡", "Hide"], ["旁边有人：遮住姓名、手机、金额和消费；再按恢复", "Somebody beside you: mask names, phones, amounts and purchases; again shows them"]),
    (Action::OtherLang, &[c('L'), c('~')], Place::Both, ["English", "中文"], ["换成英文界面", "Show the interface in Chinese"]),
    (Action::DayForward, &[c(']'), k(KeyCode::F(6))], Place::Training, ["一天", "day"], ["训练时钟向前一天", "Move the training clock a day forward"]),
    (Action::WeekForward, &[c('}'), k(KeyCode::F(7))], Place::Training, ["一周", "week"], ["训练时钟向前一周", "Move the training clock a week forward"]),
    (Action::MonthForward, &[c(')'), k(KeyCode::F(8))], Place::Training, ["一月", "month"], ["训练时钟向前一个月", "Move the training clock a month forward"]),
    (Action::Help, &[c('?'), k(KeyCode::F(1))], Place::Both, ["帮助", "Help"], ["全部按键；可筛选，回车执行", "Show all keys; type to filter, Enter runs one"]),
    (Action::Quit, &[c('q'), Key::ctrl('c'), k(KeyCode::F(10))], Place::Both, ["退出", "Quit"], ["退出；记录都已在本机", "Leave; what was recorded is on this terminal"]),
];

/// Label and help of an outcome's key.
fn outcome_texts(code: OutcomeCode) -> ([&'static str; 2], [&'static str; 2]) {
    match code {
        OutcomeCode::Interested => (["有意向", "Keen"], ["有意向，继续聊", "Interested, wants to go on talking"]),
        OutcomeCode::Appointment => {
            (["已预约", "Booked"], ["约好到店；可填日期", "A visit is booked; the date may be given"])
        }
        OutcomeCode::Visited => (["到过店", "Came"], ["已到店，未成交", "Came to the shop, no deal"]),
        OutcomeCode::Bought => (["已成交", "Bought"], ["已成交；填金额", "Bought; asks for the amount"]),
        OutcomeCode::NoNeed => {
            (["没需求", "No need"], ["已回复，暂无需求；促销停 60 天", "Replied, no need; promotions rest 60 days"])
        }
        OutcomeCode::NoReply => (
            ["没回复", "Silent"],
            ["未接或未回；两天后换渠道再试", "No reply; tried again in two days over the next channel"],
        ),
        OutcomeCode::CallLater => {
            (["改日联", "Later"], ["改日再联系；填日期", "Contact on another day; asks for the date"])
        }
        OutcomeCode::Complaint => (
            ["有不满", "Upset"],
            ["不满或投诉；可填备注，其他任务暂缓", "Complaint; a note may be given, all else is held"],
        ),
        OutcomeCode::DoNotContact => {
            (["请勿扰", "Stop"], ["请勿打扰；结束全部方案", "Do not contact; ends every plan"])
        }
        OutcomeCode::Skipped => (["跳过", "Skip"], ["跳过；选原因", "Skip; asks for the reason"]),
        OutcomeCode::Unknown => (["未知", "Unknown"], ["未知", "Unknown"]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interface::keymap::action;

    #[test]
    fn every_action_has_a_key_a_label_and_a_help_line_in_both_languages() {
        for spec in registry() {
            assert!(!spec.keys.is_empty(), "{:?} has no key", spec.action);
            for lang in [Lang::Zh, Lang::En] {
                assert!(!spec.label(lang).is_empty(), "{:?} has no label", spec.action);
                assert!(!spec.help(lang).is_empty(), "{:?} has no help line", spec.action);
            }
            assert_ne!(spec.help(Lang::Zh), spec.help(Lang::En), "{:?} is not translated", spec.action);
        }
    }

    #[test]
    fn every_action_stands_in_the_registry_once() {
        for spec in registry() {
            assert_eq!(registry().iter().filter(|other| other.action == spec.action).count(), 1, "{:?}", spec.action);
        }
    }

    #[test]
    fn no_key_means_two_things_in_one_place() {
        for place in [Place::Today, Place::Customers, Place::Training] {
            for spec in registry().iter().filter(|spec| spec.reaches(place)) {
                for key in &spec.keys {
                    assert_eq!(action(place, *key), Some(spec.action), "{key:?} in {place:?}");
                }
            }
        }
    }

    #[test]
    fn every_daily_action_has_a_key_that_an_input_method_lets_through() {
        let rest = [Action::Fill]; // Enter fills the gaps of the selected task
        for spec in registry().iter().filter(|spec| !rest.contains(&spec.action)) {
            assert!(spec.keys.iter().any(|key| key.passes_input_method()), "{:?}", spec.action);
        }
    }
}
