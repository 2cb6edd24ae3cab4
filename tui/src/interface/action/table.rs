//! The table of the actions: a row each, in the order of the help.

use crossterm::event::KeyCode;
use guide_common::outcome::OutcomeCode;

use super::{Action, ActionSpec, Place, When};
use crate::interface::keymap::Chord;
use crate::interface::screens::Screen;
use crate::training::Span;

/// The registry.
pub(super) fn build() -> Vec<ActionSpec> {
    use Action as A;
    let outcomes = OutcomeCode::ALL.into_iter().map(|code| {
        let (label, help) = outcome_texts(code);
        let keys = vec![Chord::char(code.names().0)];
        ActionSpec {
            action: A::Log(code),
            name: code.names().2,
            keys,
            place: Place::CONTACTS,
            when: When::Always,
            label,
            help,
        }
    });
    outcomes.chain(SPECS.iter().map(row)).chain(SECTIONS.iter().enumerate().map(section)).collect()
}

/// The sections of the screens that have them, by their digits.
const SECTIONS: [&str; 8] =
    ["section-1", "section-2", "section-3", "section-4", "section-5", "section-6", "section-7", "section-8"];

fn section((idx, name): (usize, &&'static str)) -> ActionSpec {
    let n = u8::try_from(idx).unwrap_or_default() + 1;
    let (label, help) = (["栏目", "Section"], SECTION_HELP[idx]);
    let keys = vec![Chord::char(char::from(b'0' + n))];
    let place = Place::REPORTS.and(Place::SYNC);
    ActionSpec { action: Action::Section(n), name, keys, place, when: When::Always, label, help }
}

/// What each digit opens.
const SECTION_HELP: [[&str; 2]; 8] = [
    ["第 1 栏：总览", "Section 1: the overview"],
    ["第 2 栏：被退回的记录，或各方案", "Section 2: what was rejected, or the plans"],
    ["第 3 栏：待发和已发，或各话术", "Section 3: what was recorded, or the templates"],
    ["第 4 栏：同步轮次，或满意度", "Section 4: cycles of sync, or satisfaction"],
    ["第 5 栏：体检，或复购", "Section 5: the doctor, or who bought again"],
    ["第 6 栏：与总部核对，或承诺", "Section 6: the comparison with headquarters, or promises"],
    ["第 7 栏：支持包", "Section 7: the bundle for support"],
    ["第 8 栏：训练故障", "Section 8: faults in training"],
];

type Row = (Action, &'static str, &'static [Chord], Place, [&'static str; 2], [&'static str; 2]);

fn row(&(action, name, keys, place, label, help): &Row) -> ActionSpec {
    let when = match action {
        Action::Forward(_) | Action::NextDue | Action::Play | Action::Rewind => When::Training,
        Action::Faster | Action::Slower => When::Training,
        Action::Moments | Action::Reset | Action::Answers | Action::Faults => When::Training,
        Action::Lessons | Action::Hint | Action::EndLesson => When::Training,
        Action::CutLine | Action::EndFaults => When::Training,
        _ => When::Always,
    };
    ActionSpec { action, name, keys: keys.to_vec(), place, when, label, help }
}

const fn k(code: KeyCode) -> Chord {
    Chord::plain(code)
}

const fn c(c: char) -> Chord {
    Chord::char(c)
}

const fn g(c: char) -> Chord {
    Chord::pair('g', c)
}

/// Of training.
const fn t(c: char) -> Chord {
    Chord::pair('T', c)
}

#[rustfmt::skip] // one line an action: this is a table
const SPECS: &[Row] = &[
    (Action::Copy, "copy", &[c('y'), k(KeyCode::F(5))], Place::SCRIPTS, ["复制", "Copy"], ["复制话术，粘贴到企微发送", "Copy the script, to paste it into WeCom"]),
    (Action::Print, "print", &[c('Y'), c('|')], Place::SCRIPTS, ["显示原文", "Print"], ["离开界面，把话术按普通文字显示，可用鼠标选", "Show the script as plain text outside the interface, to be selected"]),
    (Action::Fill, "fill", &[c('f')], Place::SCRIPTS, ["填空", "Fill"], ["填写话术里空着的内容", "Fill the gaps of the script"]),
    (Action::NextScript, "next-script", &[c('s'), k(KeyCode::F(4))], Place::TODAY, ["换话术", "Script"], ["看这个任务的下一条话术", "Show the next script of this task"]),
    (Action::ForWhom, "for-whom", &[c('u'), c('^')], Place::LIBRARY, ["客户", "For"], ["选一位客户：看话术怎么说、方案怎么走", "Choose a customer for whom templates and plans are shown"]),
    (Action::Edit, "edit", &[c('e'), c('-')], Place::TEMPLATES, ["改", "Edit"], ["改话术的文字，边写边检查", "Change the template's text; it is checked while you write"]),
    (Action::EditOutside, "edit-outside", &[c('E'), c('[')], Place::TEMPLATES, ["编辑器", "$EDITOR"], ["用自己的编辑器（$EDITOR）改", "Change the text in your own editor ($EDITOR)"]),
    (Action::Propose, "propose", &[c('p'), c('$')], Place::TEMPLATES, ["提交", "Propose"], ["把改好的话术提交总部（限培训）", "Propose the changed template to headquarters (trainers only)"]),
    (Action::GroupBy, "group-by", &[c('o'), c('(')], Place::TEMPLATES, ["分组", "Group"], ["按渠道、方案或分层分组", "Group by channel, plan or tier"]),
    (Action::TextLang, "text-language", &[c('i'), c('_')], Place::TEMPLATES, ["中/英", "zh/en"], ["看话术的另一种语言", "Show the template in the other language"]),
    (Action::NextView, "next-view", &[c('v'), c('1')], Place::PLANS, ["换看", "View"], ["节点、客户、推演、对比，换着看", "Steps, customer, what-if, diff in turn"]),
    (Action::Simulate, "simulate", &[c('w'), c('2')], Place::PLANS, ["推演", "What-if"], ["推演：照这个方案，最近 90 天会怎样", "Work out what the plan would have meant for the last 90 days"]),
    (Action::Parameters, "parameters", &[c('e'), c('3')], Place::PLANS, ["参数", "Params"], ["改推演的参数：限流、金额、天数", "Change the what-if: throttle, least amount, days"]),
    (Action::Compare, "compare", &[c('d'), c('4')], Place::PLANS, ["对比", "Diff"], ["与旧版本或方案文件对比", "Compare with another version or a plan file"]),
    (Action::Undo, "undo", &[c('z'), k(KeyCode::F(9))], Place::ALL, ["撤销", "Undo"], ["撤销最近一次记录", "Take back what was recorded last"]),
    (Action::Redo, "redo", &[c('Z'), c('&')], Place::ALL, ["恢复", "Redo"], ["恢复刚才撤销的", "Record again what was taken back last"]),
    (Action::Steps, "steps", &[c('U'), g('u')], Place::ALL, ["步骤", "Steps"], ["列出可撤销和可恢复的步骤，最多五十步", "Show up to fifty steps that can be taken back or recorded again"]),
    (Action::Snooze, "snooze", &[c('d'), c('-')], Place::TODAY, ["稍后", "Put off"], ["把任务放到稍后或改天，不算联系", "Put the task off to a later hour or day; it is no contact"]),
    (Action::Amnesty, "amnesty", &[c('a'), c('"')], Place::TODAY, ["休假回来", "Amnesty"], ["休假回来：积压的任务怎么办，先看再执行", "After a leave: what becomes of the backlog, shown before it is done"]),
    (Action::Walk, "walk", &[c('w'), c('(')], Place::TODAY, ["逐个走", "Walk"], ["一次一个任务，带进度；再按回到列表", "One task at a time, with progress; again goes back to the list"]),
    (Action::Tag, "tag", &[c('t'), c('{')], Place::PEOPLE, ["标签", "Tag"], ["给客户加减标签：先选组，再选值", "Tag the customer: the group first, then the value"]),
    (Action::WriteNote, "note", &[c('N'), c('[')], Place::PEOPLE, ["记备注", "Write note"], ["给客户记一条备注，不算联系", "Write a note about the customer; it is no contact"]),
    (Action::Timeline, "timeline", &[c('v'), c('"')], Place::CUSTOMERS, ["往来", "Timeline"], ["客户的往来：联系、消费、承诺、发过的话和回复", "What happened: contacts, purchases, promises, what was sent and answered"]),
    (Action::RevealPhone, "reveal-phone", &[c('p'), c('\'')], Place::PEOPLE, ["看手机", "Phone"], ["显示完整手机号片刻，会留下记录", "Show the whole phone number for a while; it is noted"]),
    (Action::OtherScript, "any-script", &[c('u'), c('^')], Place::PEOPLE, ["选话术", "Any script"], ["为这位客户选任意一条话术：复制、再记结果", "Choose any script for this customer: copy it, then log the outcome"]),
    (Action::AddLead, "add-lead", &[c('A'), k(KeyCode::Insert), c('$')], Place::PEOPLE, ["新客", "New lead"], ["记一位新客：姓名、手机，其余可空", "Enter a new person: name and phone, the rest may stay empty"]),
    (Action::Lists, "lists", &[c('i'), k(KeyCode::F(4)), c('(')], Place::CUSTOMERS, ["名单", "Lists"], ["智能筛选：已保存的名单，回车打开", "Saved lists: Enter shows the customers of one"]),
    (Action::SaveList, "save-list", &[c('S'), k(KeyCode::F(5)), c('_')], Place::CUSTOMERS, ["存名单", "Save list"], ["把现在的筛选存成名单", "Keep the filter under a name"]),
    (Action::Note, "with-note", &[c('n'), c('+')], Place::CONTACTS, ["带备注", "Note"], ["下一个结果附上备注", "Log the next outcome with a note"]),
    (Action::Filter, "find", &[c('/'), k(KeyCode::F(3))], Place::ALL, ["查找", "Find"], ["找客户：姓名、拼音、手机尾号、标签；在话术和方案里筛选", "Find a customer by name, pinyin, phone or tag; filter templates and plans"]),
    (Action::NextScreen, "next-screen", &[k(KeyCode::Tab), k(KeyCode::F(2))], Place::ALL, ["切换", "Switch"], ["到下一个界面", "Show the next screen"]),
    (Action::PrevScreen, "previous-screen", &[k(KeyCode::BackTab)], Place::ALL, ["上一界面", "Previous"], ["到上一个界面", "Show the previous screen"]),
    (Action::Goto(Screen::Today), "today", &[g('t'), g('1')], Place::ALL, ["今日", "Today"], ["看今天的队列", "Show today's queue"]),
    (Action::Goto(Screen::Customers), "customers", &[g('c'), g('2')], Place::ALL, ["客户", "Customers"], ["看客户", "Show the customers"]),
    (Action::Goto(Screen::Templates), "templates", &[g('m'), g('3')], Place::ALL, ["话术", "Templates"], ["看话术模板", "Show the templates"]),
    (Action::Goto(Screen::Plans), "plans", &[g('p'), g('4')], Place::ALL, ["方案", "Plans"], ["看 SOP 方案", "Show the plans"]),
    (Action::Goto(Screen::Reports), "reports", &[g('r'), g('5')], Place::ALL, ["报表", "Reports"], ["看报表", "Show the reports"]),
    (Action::Goto(Screen::Sync), "sync-state", &[g('s'), g('6')], Place::ALL, ["同步", "Sync"], ["看同步状态、待发和体检", "Show the state of sync, the outbox and the doctor"]),
    (Action::Open, "open", &[k(KeyCode::Enter), k(KeyCode::Right), c('l')], Place::ALL, ["打开", "Open"], ["打开选中的一条；话术有空时填空", "Open what is selected; fill the script's gaps"]),
    (Action::Back, "back", &[k(KeyCode::Esc), k(KeyCode::Left), c('h')], Place::ALL, ["返回", "Back"], ["返回列表", "Go back to the list"]),
    (Action::Down, "down", &[c('j'), k(KeyCode::Down)], Place::ALL, ["下", "Down"], ["选下一条", "Select the next row"]),
    (Action::Up, "up", &[c('k'), k(KeyCode::Up)], Place::ALL, ["上", "Up"], ["选上一条", "Select the row before"]),
    (Action::PageDown, "page-down", &[k(KeyCode::PageDown), c(' ')], Place::ALL, ["下页", "Page down"], ["向下一页", "Select a page further"]),
    (Action::PageUp, "page-up", &[k(KeyCode::PageUp), c('b')], Place::ALL, ["上页", "Page up"], ["向上一页", "Select a page back"]),
    (Action::First, "first", &[g('g'), k(KeyCode::Home)], Place::ALL, ["最前", "First"], ["到第一条", "Select the first row"]),
    (Action::Last, "last", &[c('G'), k(KeyCode::End)], Place::ALL, ["最后", "Last"], ["到最后一条", "Select the last row"]),
    (Action::ScrollDown, "scroll-down", &[c('J'), c('>')], Place::ALL, ["下滚", "Scroll"], ["话术或客户卡向下滚动", "Scroll the script or the card down"]),
    (Action::ScrollUp, "scroll-up", &[c('K'), c('<')], Place::ALL, ["上滚", "Scroll up"], ["话术或客户卡向上滚动", "Scroll the script or the card up"]),
    (Action::CloseComplaint, "close-complaint", &[c('c'), c('=')], Place::PEOPLE, ["结投诉", "Close"], ["记下客户的话，结束投诉", "Close the open complaint with the customer's words"]),
    (Action::KeepPromise, "keep-promise", &[c('P'), c('#')], Place::PEOPLE, ["承诺兑现", "Kept"], ["承诺已兑现：几条时先选哪一条", "Mark a promise to this customer as kept; asks which where there are several"]),
    (Action::Mend, "mend", &[c('e'), c('-')], Place::SYNC, ["改后重发", "Mend"], ["修改被退回的记录，再发给总部", "Change a rejected record and send it again"]),
    (Action::Resend, "resend", &[c('s'), c('+')], Place::SYNC, ["原样重发", "Resend"], ["把被退回的记录原样再发一次", "Send a rejected record again as it is"]),
    (Action::Discard, "discard", &[c('D'), k(KeyCode::Delete)], Place::SYNC, ["放弃", "Give up"], ["放弃被退回的记录；先问一次", "Give a rejected record up; asks first"]),
    (Action::Check, "check", &[c('d'), k(KeyCode::F(5))], Place::SYNC, ["体检", "Check"], ["检查从本机到总部的每一步，说明怎么修", "Look at everything from here to headquarters, and say what mends it"]),
    (Action::Verify, "verify", &[c('v'), k(KeyCode::F(4))], Place::SYNC, ["核对", "Compare"], ["与总部逐项核对：有没有少", "Compare with headquarters: is anything missing"]),
    (Action::Heal, "heal", &[c('m'), c('"')], Place::SYNC, ["修复", "Heal"], ["修复与总部不一致的；先问一次", "Mend what differs from headquarters; asks first"]),
    (Action::Replay, "replay", &[c('a'), c('=')], Place::SYNC, ["重现", "Replay"], ["像在另一台机器上那样，重走支持包里的同步步骤", "Go through the bundle's cycles again, as on another machine"]),
    (Action::PeriodBefore, "period-before", &[c('p'), c('-')], Place::REPORTS, ["前一段", "Before"], ["看前一段时间的报表", "Report on the period before"]),
    (Action::PeriodAfter, "period-after", &[c('n'), c('+')], Place::REPORTS, ["后一段", "After"], ["看后一段时间的报表", "Report on the period after"]),
    (Action::NextSpan, "period-length", &[c('s'), k(KeyCode::F(4))], Place::REPORTS, ["换时段", "Span"], ["换时段：今天、7 天、30 天、90 天、本月", "Report on today, 7, 30 or 90 days, or the month"]),
    (Action::OwnDates, "own-dates", &[c('d'), k(KeyCode::F(5))], Place::REPORTS, ["选日期", "Dates"], ["自己填从哪天到哪天", "Type the first and the last day"]),
    (Action::Export, "export", &[c('w'), c('_')], Place::SYNC.and(Place::REPORTS), ["存文件", "Write"], ["写成文件：报表、支持包或被退回的记录", "Write to a file: the report, the bundle for support or the rejected records"]),
    (Action::CutLine, "cut-line", &[c('o'), c('|')], Place::SYNC, ["断网", "Cut"], ["训练：拔掉网线，再按接上", "Training: cut the line to headquarters, again joins it"]),
    (Action::EndFaults, "end-faults", &[c('O'), c('[')], Place::SYNC, ["全恢复", "All off"], ["训练：关掉所有故障", "Training: end everything that goes wrong on purpose"]),
    (Action::SyncNow, "sync", &[c('r'), c('*')], Place::ALL, ["同步", "Sync"], ["马上与总部同步", "Sync with headquarters at once"]),
    (Action::Privacy, "privacy", &[c('x'), c('.'), k(KeyCode::F(12))], Place::ALL, ["遮挡", "Hide"], ["旁边有人：遮住姓名、手机、金额和消费；再按恢复", "Somebody beside you: mask names, phones, amounts and purchases; again shows them"]),
    (Action::OtherLang, "language", &[c('L'), c('~')], Place::ALL, ["English", "中文"], ["换成英文界面", "Show the interface in Chinese"]),
    (Action::Lessons, "lessons", &[t('t')], Place::ALL, ["课程", "Lessons"], ["课程：选一课开始", "The lessons: Enter begins one"]),
    (Action::Hint, "hint", &[t('?')], Place::ALL, ["提示", "Hint"], ["这一步的提示（扣 5 分）", "The hint of this step, for 5 points"]),
    (Action::EndLesson, "end-lesson", &[t('e')], Place::ALL, ["离开课程", "Leave"], ["离开这一课", "Leave the lesson"]),
    (Action::Forward(Span::Hour), "hour-forward", &[t('h')], Place::ALL, ["一小时", "hour"], ["训练时钟向前一小时", "Training clock an hour forward"]),
    (Action::Forward(Span::Day), "day-forward", &[c(']'), k(KeyCode::F(6)), t('d')], Place::ALL, ["一天", "day"], ["训练时钟向前一天", "Training clock a day forward"]),
    (Action::Forward(Span::ThreeDays), "three-days-forward", &[t('3')], Place::ALL, ["三天", "3 days"], ["训练时钟向前三天：问满意度", "Clock 3 days forward: satisfaction"]),
    (Action::Forward(Span::Week), "week-forward", &[c('}'), k(KeyCode::F(7)), t('w')], Place::ALL, ["一周", "week"], ["训练时钟向前一周", "Training clock a week forward"]),
    (Action::Forward(Span::ThreeWeeks), "three-weeks-forward", &[t('k')], Place::ALL, ["三周", "3 weeks"], ["训练时钟向前三周：发知识", "Clock 3 weeks forward: knowledge"]),
    (Action::Forward(Span::Month), "month-forward", &[c(')'), k(KeyCode::F(8)), t('m')], Place::ALL, ["一月", "month"], ["训练时钟向前一个月", "Training clock a month forward"]),
    (Action::Forward(Span::ThreeMonths), "three-months-forward", &[t('q')], Place::ALL, ["三月", "3 months"], ["训练时钟向前三个月：做保养", "Clock 3 months forward: care"]),
    (Action::NextDue, "next-due", &[t('n')], Place::ALL, ["下个任务", "Next due"], ["到选中客户下一个有任务的日子", "Clock to the customer's next task"]),
    (Action::Play, "play", &[t('p')], Place::ALL, ["播放", "Play"], ["时钟自己走；再按暂停", "Let the clock run, or pause it"]),
    (Action::Faster, "faster", &[t('+')], Place::ALL, ["快些", "Faster"], ["时钟走快些：最快一秒十二天", "Faster, up to 12 days a second"]),
    (Action::Slower, "slower", &[t('-')], Place::ALL, ["慢些", "Slower"], ["时钟走慢些：最慢两秒一天", "Slower, down to a day in 2 seconds"]),
    (Action::Rewind, "rewind", &[t('b')], Place::ALL, ["退回", "Rewind"], ["退回上一个时刻，记录一起退回", "Back a moment; what came after goes"]),
    (Action::Moments, "moments", &[t('l')], Place::ALL, ["时刻", "Moments"], ["列出去过的时刻，选一个退回", "The moments; Enter goes back to one"]),
    (Action::Reset, "reset", &[t('r')], Place::ALL, ["重来", "Reset"], ["从头开始", "Back to the very beginning"]),
    (Action::Answers, "answers", &[t('a')], Place::ALL, ["客户回复", "Answers"], ["看客户的回复、到店和消费", "What customers answered and bought"]),
    (Action::Faults, "faults", &[t('f')], Place::ALL, ["故障", "Faults"], ["故障开关：断网、磁盘满、杀后台等", "Fault switch: cable, disk, daemon …"]),
    (Action::Learn, "learn", &[t('i')], Place::ALL, ["学习", "Learn"], ["学习模式：按键先说明，再按一次才执行", "Learn: a key says what it will do"]),
    (Action::CastKeys, "cast-keys", &[t('c')], Place::ALL, ["大字按键", "Keys"], ["把按下的键用大字显示给旁人看", "Pressed keys large, for an audience"]),
    (Action::Present, "present", &[t('v')], Place::ALL, ["演示", "Present"], ["演示版面：大字按键和日期，遮住姓名", "Present: large, no personal data"]),
    (Action::Help, "help", &[c('?'), k(KeyCode::F(1))], Place::ALL, ["帮助", "Help"], ["全部按键；可筛选，回车执行", "Show all keys; type to filter, Enter runs one"]),
    (Action::Palette, "palette", &[c(':'), c(';')], Place::ALL, ["命令", "Commands"], ["全部命令和选择：按名字找，回车执行", "Everything that can be done, by name; Enter does it"]),
    (Action::Settings, "settings", &[c(','), k(KeyCode::F(11))], Place::ALL, ["设置", "Settings"], ["语言、配色、字符、按键、鼠标", "Language, colours, glyphs, keys, mouse"]),
    (Action::Reminders, "reminders", &[c('R'), c('`')], Place::ALL, ["提醒", "Reminders"], ["提醒：已响过的和今明两天的；可推迟", "Reminders: those told and those to come; put one off"]),
    (Action::Lock, "lock", &[c('X'), c('\\')], Place::ALL, ["锁定/换人", "Lock"], ["锁定，或换一位导购；各人的记录分开", "Lock the terminal, or let another guide take a turn"]),
    (Action::Messages, "messages", &[c('!'), g('n')], Place::ALL, ["消息", "Messages"], ["这次打开以来的消息", "What was said since the interface was opened"]),
    (Action::Mouse, "mouse", &[c('%')], Place::ALL, ["鼠标", "Mouse"], ["鼠标归界面，或交还终端以便选字", "Take the mouse, or leave it to the terminal for selecting text"]),
    (Action::About, "about", &[c('@')], Place::ALL, ["关于", "About"], ["版本、许可、本机为谁服务", "Version, licence, whom this terminal serves"]),
    (Action::Quit, "quit", &[c('q'), Chord::ctrl('c'), k(KeyCode::F(10))], Place::ALL, ["退出", "Quit"], ["退出；记录都已在本机", "Leave; what was recorded is on this terminal"]),
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
