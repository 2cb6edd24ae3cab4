//! The interface's texts. A message without either language does not compile; sentences with values are functions.

use chrono::NaiveDate;
use guide_common::outcome::OutcomeCode;
use guide_common::sop::gate::Hold;
use guide_common::sop::plan::Lang::{self, En, Zh};

use crate::lang::date;
use crate::lang::name::outcome_name;

/// Stands for what nobody beside the counter may read.
pub const MASK: &str = "***";

macro_rules! messages {
    ($($msg:ident => $zh:literal, $en:literal;)*) => {
        /// A text without values.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Msg {
            $(#[doc = $en] $msg,)*
        }

        impl Msg {
            /// The text in a language.
            pub fn text(self, lang: Lang) -> &'static str {
                match (self, lang) {
                    $((Self::$msg, Zh) => $zh, (Self::$msg, En) => $en,)*
                }
            }
        }
    };
}

messages! {
    TabToday => "今日", "Today";
    TabCustomers => "客户", "Customers";
    Training => "训练", "TRAINING";
    Hidden => "遮挡中", "HIDDEN";
    Faults => "故障", "FAULTS";
    Rush => "催办", "Rush";
    Also => "另外", "Also";
    Received => "总部已收到", "received by HQ";
    ReceivedShort => "已收到", "received";
    NotEnrolledShort => "未登记", "not enrolled";
    NeverSynced => "未同步过", "never synced";
    Offline => "离线", "offline";
    HubBusy => "总部忙", "HQ busy";
    SyncFails => "同步失败", "sync fails";
    DaemonLost => "后台断开，正在重连", "daemon lost, reconnecting";
    Connecting => "正在连接后台…", "connecting to the daemon…";
    Syncing => "正在同步…", "syncing…";
    Checking => "核对中", "checking";
    Held => "暂缓", "Held";
    Mind => "注意", "Mind";
    Done => "今天已记", "Done today";
    Customer => "客户", "Customer";
    Script => "话术", "Script";
    OutcomeTitle => "结果", "Outcome";
    Why => "为什么", "Why here";
    HasTask => "今日有任务", "task today";
    ColumnName => "姓名", "Name";
    ColumnPhone => "手机", "Phone";
    ColumnLast => "最近消费", "Last";
    ColumnTotal => "累计", "Total";
    Bought => "消费", "Bought";
    Birthday => "生日", "Birthday";
    Fields => "资料", "Details";
    Tags => "标签", "Tags";
    Contacts => "联系", "Contacts";
    Promises => "承诺", "Promises";
    Visits => "预约", "Visits";
    NoPurchase => "还没有消费记录", "no purchase so far";
    NoContact => "还没有联系记录", "no contact so far";
    NoPhone => "没有手机号", "no phone";
    NoScript => "这个任务没有话术。按您的方式说。", "This task has no script. Say it your way.";
    Loading => "正在读取…", "reading…";
    More => "↓ 更多", "↓ more";
    SavedMark => "存本机", "saved here";
    DoneTodayTitle => "今天已记过", "Logged today";
    UndoHint => "z 撤销最近一次记录", "z takes back what was recorded last";
    HeldContactHint => "0–9 记一次不属于任务的联系", "0–9 logs a contact without a task";
    ComplaintHint => "c 记下客户的话，结束投诉", "c closes the complaint with the customer's words";
    FieldAmount => "金额（元）", "Amount";
    FieldDate => "日期", "Date";
    FieldVisit => "到店日期", "Visit on";
    FieldScore => "满意度 1–5", "Score 1–5";
    FieldNote => "备注", "Note";
    FieldReason => "原因", "Reason";
    FieldWords => "客户的话", "Customer's words";
    FieldFind => "找客户", "Find";
    FieldFilter => "筛选", "Filter";
    HintAmount => "例如 1280 或 1,280.50", "such as 1280 or 1,280.50";
    HintDate => "8-20、2026-08-20、+3、1w", "8-20, 2026-08-20, +3, 1w";
    HintVisit => "可不填；8-20 15:30、+3、1w", "optional; 8-20 15:30, +3, 1w";
    HintScore => "5 满意…1 不满，回车跳过", "5 best, Enter skips";
    HintNote => "可不填", "optional";
    HintReason => "按 a–f 或 1–6", "press a–f or 1–6";
    HintWords => "客户对处理怎么说", "what the customer said to the solution";
    FormKeys => "回车 保存  Tab 下一项  Esc 取消", "Enter save  Tab next  Esc cancel";
    FormKeysOne => "回车 保存  Esc 取消", "Enter save  Esc cancel";
    FillKeysOne => "回车 填好  Esc 取消", "Enter done  Esc cancel";
    PromiseTitle => "哪个承诺已兑现", "Which promise was kept";
    PromiseKeys => "↑↓ 选  回车 已兑现  Esc 取消", "↑↓ choose  Enter kept  Esc cancel";
    FillKeys => "回车 填好  Tab 下一项  Esc 取消", "Enter done  Tab next  Esc cancel";
    Saving => "正在保存…", "saving…";
    FillTitle => "填写话术", "Fill the script";
    ComplaintTitle => "结束投诉", "Close the complaint";
    NoteTitle => "带备注：按 0–9 选结果，Esc 取消", "With a note: 0–9 picks the outcome, Esc cancels";
    HelpTitle => "帮助", "Help";
    HelpKeys => "输入筛选   ↑↓ 选   回车 执行   Esc 关闭", "type to filter   ↑↓ choose   Enter run   Esc close";
    HelpNone => "没有这样的操作。按退格键改筛选词。", "No such action. Backspace changes the filter.";
    ErrNeedsAmount => "请填金额：已成交要记多少钱", "the amount is missing: a purchase needs it";
    ErrAmount => "金额要像 1280 或 1280.50，大于 0，最多两位小数", "write an amount above 0, such as 1280 or 1280.50";
    ErrNeedsDate => "请填日期：改日联系要有日子", "the date is missing: a later contact needs it";
    ErrDate => "看不懂这个日期；写 8-20、+3 或 1w", "no date; write 8-20, +3 or 1w";
    ErrDateRange => "日期要在明天到一年之内", "the date must lie between tomorrow and a year from now";
    ErrVisitRange => "日期要在今天到一年之内", "the date must lie between today and a year from now";
    ErrNeedsReason => "请选一个原因", "a skipped task needs a reason";
    ErrScore => "满意度是 1 到 5", "satisfaction goes from 1 to 5";
    ErrNeedsText => "请写几个字", "the text is missing";
    AskedCopy => "已请求终端复制话术，可粘贴到企微", "the terminal was asked to copy the script";
    NoScriptToCopy => "这里没有可复制的话术", "there is no script to copy here";
    NothingToFill => "话术没有空要填", "the script has no gaps";
    Filled => "已填好，y 复制", "filled; y copies";
    NoPromise => "这位客户没有未兑现的承诺", "no promise to this customer is open";
    StillReading => "还在读取这位客户，稍后再按", "this customer is still being read, press it again";
    NoSuchKey => "没有这个键（? 或 F1 看帮助）", "no such key (? or F1 shows the help)";
    OnlyToday => "这个键只在“今日”里有用（Tab 切换）", "this key works in Today only (Tab switches)";
    TrainingOnly => "只有训练时钟可以拨动", "only the training clock can be moved";
    CardHasKeys => "↑↓ 滚动客户卡，Esc 返回列表", "↑↓ scroll the card, Esc goes back to the list";
    SelectFirst => "先选一条", "select a row first";
    AlreadyDone => "这一条今天记过了；要改就按 z 撤销再记", "this was logged today; to change it, z takes it back";
    NoComplaint => "这位客户没有未结的投诉", "this customer has no open complaint";
    SwitchInput => "请切换到英文输入（Shift）再按键", "switch the input method to English (Shift), then press the key";
    PasteInField => "先打开一个输入框再粘贴", "open a field first, then paste";
    OneScript => "只有这一条话术", "this is the only script";
    NotSafe => "这一次没有保存，请再记一次；之前已保存的都在本机。", "This was not saved, log it again; what was saved before is safe on this terminal.";
    NotSaved => "还没有保存，可再按回车", "not saved yet, Enter tries again";
    AllSafe => "已保存的记录都在本机，不会丢。", "Everything saved is on this terminal and stays there.";
    LostNext => "正在自动重连；一直不行，退出再运行 guide，会重新启动后台", "Reconnecting by itself; if it does not come back, leave and run guide again: it starts the daemon";
    PressKey => "按任意键关闭", "press any key to close";
    EnrollTitle => "这台终端还没有登记", "This terminal is not enrolled yet";
    EnrollNext => "向总部要一次性登记码，退出后运行", "Ask headquarters for a one-time code, leave and run";
    EnrollCommand => "guide enroll https://总部地址", "guide enroll https://HUB-ADDRESS";
    UnsyncedTitle => "还没有收到客户资料", "No customers have arrived yet";
    UnsyncedNext => "按 r 马上同步；一直不行，请运行 guide sync status", "Press r to sync; if nothing comes, run: guide sync status";
    NoTaskTitle => "今天没有要联系的客户", "Nobody is to be contacted today";
    NoTaskNext => "Tab 查看客户；有人进店，记一次联系就好", "Tab shows the customers; log a contact when one comes in";
    NoCustomerTitle => "名下还没有客户", "You have no customers yet";
    NoCustomerNext => "总部分配客户后会自动出现；按 r 马上同步", "They appear once headquarters assigns them; r syncs now";
    FilteredTitle => "没有符合的客户", "No customer matches";
    FilteredNext => "Esc 清除筛选；可输入姓名的一部分或手机尾号", "Esc clears the filter; type part of a name or the last digits of the phone";
}

/// When a hold ends: the day, and the time where it has one; on the day itself the time alone.
pub fn hold_end(hold: &Hold, today: NaiveDate, lang: Lang) -> Option<String> {
    let until_on = hold.until_on?;
    let day = date::short(until_on, today, lang);
    Some(match hold.until_time.map(date::time) {
        Some(time) if until_on == today => time,
        Some(time) => format!("{day} {time}"),
        None => day,
    })
}

/// In the place of what is hidden: until when, where a surprise hides it.
pub fn hidden(until_on: Option<NaiveDate>, today: NaiveDate, lang: Lang) -> String {
    match (until_on.map(|until_on| date::short(until_on, today, lang)), lang) {
        (Some(until), Zh) => format!("保密至 {until}"),
        (Some(until), En) => format!("secret until {until}"),
        (None, _) => MASK.to_owned(),
    }
}

/// How many tasks follow that were not read yet.
pub fn unread(n: usize, lang: Lang) -> String {
    match lang {
        Zh => format!("还有 {n} 条"),
        En => format!("{n} more"),
    }
}

/// What stays on this terminal only.
pub fn unsent(n: usize, lang: Lang) -> String {
    match lang {
        Zh => format!("本机已存，{n} 条未发"),
        En => format!("saved here, {n} unsent"),
    }
}

/// The same in the fewest words.
pub fn unsent_short(n: usize, lang: Lang) -> String {
    match lang {
        Zh => format!("{n} 条未发"),
        En => format!("{n} unsent"),
    }
}

/// What headquarters rejected.
pub fn rejected(n: usize, lang: Lang) -> String {
    match lang {
        Zh => format!("{n} 条需处理"),
        En if n == 1 => "1 needs attention".to_owned(),
        En => format!("{n} need attention"),
    }
}

/// Why the terminal is not allowed to sync, in the fewest words; none where another reason wants attention.
pub fn refused_short(code: &str, lang: Lang) -> Option<&'static str> {
    let texts = match code {
        "revoked" => ["已被总部停用", "revoked by HQ"],
        "unauthorised" => ["需重新登记", "enrol again"],
        "too_old" => ["版本太旧", "too old for HQ"],
        _ => return None,
    };
    Some(texts[lang as usize])
}

/// What somebody must do about sync, with the command.
pub fn attention(code: Option<&str>, n_rejected: usize, lang: Lang) -> String {
    match (code, n_rejected, lang) {
        (Some("revoked"), _, Zh) => "总部已停用本机，记录都在本机：要登记码，然后 guide enroll 网址".to_owned(),
        (Some("revoked"), _, En) => {
            "HQ revoked this terminal, nothing is lost: get a code, guide enroll URL".to_owned()
        }
        (Some("unauthorised"), _, Zh) => "总部不认得本机，记录都在本机：要登记码，然后 guide enroll 网址".to_owned(),
        (Some("unauthorised"), _, En) => {
            "HQ does not know this terminal; nothing is lost: new code, guide enroll URL".to_owned()
        }
        (Some("too_old"), _, Zh) => "本机版本太旧，总部不再接收；记录都在本机，请升级 guide".to_owned(),
        (Some("too_old"), _, En) => "This version is too old for HQ; nothing is lost: upgrade guide".to_owned(),
        (_, 0, Zh) => "同步需要处理，记录都在本机：运行 guide doctor".to_owned(),
        (_, 0, En) => "Sync needs attention, nothing is lost: run guide doctor".to_owned(),
        (_, n, Zh) => format!("总部退回了 {n} 条记录，都还在本机：运行 guide outbox 处理"),
        (_, n, En) => format!("HQ rejected {n} of your records, all still here: run guide outbox"),
    }
}

/// Says that an outcome is on disk.
pub fn saved(name: &str, code: OutcomeCode, n_gone: usize, lang: Lang) -> String {
    let what = outcome_name(code, lang);
    match (lang, n_gone) {
        (Zh, 0) => format!("已保存 {name} · {what}   z 撤销"),
        (En, 0) => format!("Saved {name} · {what}   z undo"),
        (Zh, n) => format!("已保存 {name} · {what}；{n} 个节点已被替代，联系照样计入   z 撤销"),
        (En, n) => format!("Saved {name} · {what}; {n} gone meanwhile, the contact counts   z undo"),
    }
}

/// Says that an op was taken back.
pub fn undone(name: &str, lang: Lang) -> String {
    match lang {
        Zh => format!("已撤销 {name} 的上一次记录"),
        En => format!("Taken back: {name}"),
    }
}

/// Says that a complaint is closed.
pub fn complaint_closed(name: &str, lang: Lang) -> String {
    match lang {
        Zh => format!("已保存 {name} · 投诉已结束   z 撤销"),
        En => format!("Saved {name} · complaint closed   z undo"),
    }
}

/// Says that a promise is marked as kept.
pub fn promise_kept(name: &str, lang: Lang) -> String {
    match lang {
        Zh => format!("已保存 {name} · 承诺已兑现   z 撤销"),
        En => format!("Saved {name} · promise kept   z undo"),
    }
}

/// Says why a script cannot be copied.
pub fn has_gap(gap: &str, lang: Lang) -> String {
    match lang {
        Zh => format!("话术里「{gap}」还空着，不能复制。按回车填写"),
        En => format!("The script's “{gap}” is still empty, so it cannot be copied. Enter fills it"),
    }
}

/// How many days late, or how many days are left.
pub fn days_left(until: NaiveDate, today: NaiveDate, lang: Lang) -> String {
    let days = (until - today).num_days();
    match (lang, days) {
        (Zh, 0) => "今天截止".to_owned(),
        (En, 0) => "last day".to_owned(),
        (Zh, days) if days > 0 => format!("还有 {days} 天"),
        (En, days) if days > 0 => format!("{days}d left"),
        (Zh, days) => format!("逾期 {} 天", -days),
        (En, days) => format!("{}d late", -days),
    }
}

/// Says in the guide's language what went wrong, by the problem's code.
pub fn problem(code: &str, lang: Lang) -> Option<&'static str> {
    let texts = match code {
        "unreachable" => ["后台程序没有回应", "The daemon does not answer"],
        "not_enrolled" => {
            ["这台终端还没有登记，请运行 guide enroll", "This terminal is not enrolled; run guide enroll"]
        }
        "unknown_task" => ["这个任务已经不在今天的队列里", "This task is not in today's queue any more"],
        "task_held" => ["这位客户今天暂缓联系", "This customer's task is held today"],
        "task_closed" => ["这个任务已经记过结果了", "This task has been logged already"],
        "unknown_customer" => ["这位客户已不在您名下", "This customer is not yours any more"],
        "unknown_target" => ["没有可以撤销的记录", "There is nothing to take back"],
        "no_open_complaint" => ["这位客户没有未结的投诉", "This customer has no open complaint"],
        "unknown_record" => ["这条记录已经不在了", "This record is not open any more"],
        "needs_amount" => ["已成交要填金额", "A purchase needs its amount"],
        "amount_not_positive" => ["金额要大于 0", "The amount must be more than zero"],
        "amount_too_large" => ["一笔成交最多 1000 万元", "One sale is at most 10,000,000 yuan"],
        "needs_date" => ["改日联系要填日期", "A later contact needs its date"],
        "date_out_of_range" => ["日期要在一年之内", "The date must lie within a year"],
        "needs_reason" => ["跳过要选原因", "A skipped task needs a reason"],
        "score_out_of_range" => ["满意度是 1 到 5", "Satisfaction goes from 1 to 5"],
        "needs_text" => ["请写几个字", "The text is missing"],
        "store" => {
            ["本机存储写不进去，请检查磁盘空间", "This terminal's store cannot be written; check the disk's space"]
        }
        "clock_is_real" => ["真实时钟不能拨动", "The real clock cannot be moved"],
        "hub_unreachable" => [
            "连不上总部；照常工作，连上后自动补发",
            "Headquarters cannot be reached; go on, it is sent later by itself",
        ],
        "hub_refused" => ["总部拒绝了请求", "Headquarters refused the request"],
        _ => return None,
    };
    Some(texts[lang as usize])
}
