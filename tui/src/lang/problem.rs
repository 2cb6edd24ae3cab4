//! Problems as sentences: what happened and what is safe, then what to do. The code decides; the details of an
//! unknown code are shown as they came.

use guide_common::sop::plan::Lang;
use guide_common::text::{Lines, sanitise};
use guide_common::wire::Problem;

use crate::client::ClientError;
use crate::lang::{Pair, pick};

/// A problem for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    /// What happened.
    pub what: String,
    /// The next step, where there is one.
    pub next: Option<String>,
}

impl Explained {
    /// Both in one line, for where there is only one.
    pub fn line(&self, lang: Lang) -> String {
        match &self.next {
            Some(next) => format!("{}{}{next}", self.what, pick(lang, ("：", ": "))),
            None => self.what.clone(),
        }
    }
}

/// Explains why a call has no answer.
pub fn explain(error: &ClientError, lang: Lang) -> Explained {
    match error {
        ClientError::Problem(problem) => explain_problem(problem, lang),
        ClientError::Unreachable { socket, source } => {
            let (what, next) = UNREACHABLE;
            let what = format!("{} ({}: {source})", pick(lang, what), socket.display());
            Explained { what, next: Some(pick(lang, next).to_owned()) }
        }
        ClientError::Protocol { .. } => Explained {
            what: format!(
                "{} ({error})",
                pick(lang, ("后台程序的回答无法识别", "the daemon's answer is not understood"))
            ),
            next: Some(
                pick(lang, ("guide 与 guided 的版本须一致", "guide and guided must be of one version")).to_owned(),
            ),
        },
    }
}

/// Explains a planned answer.
pub fn explain_problem(problem: &Problem, lang: Lang) -> Explained {
    match known(&problem.code) {
        Some((what, next)) => {
            let mut what = pick(lang, what).to_owned();
            if names_choices(&problem.code) {
                what.push_str(&format!(" ({})", sanitise(&problem.detail, Lines::One, 400)));
            }
            Explained { what, next: next.map(|next| pick(lang, next).to_owned()) }
        }
        None => Explained {
            what: sanitise(&problem.detail, Lines::One, 400),
            next: problem.hint.as_deref().map(|hint| sanitise(hint, Lines::One, 400)),
        },
    }
}

/// What happened, by a problem's code alone; none where its details say what matters.
pub fn sentence(code: &str, lang: Lang) -> Option<&'static str> {
    known(code).filter(|_| !names_choices(code)).map(|(what, _)| pick(lang, what))
}

/// Whether the details of a problem say what could be asked for instead, or where the fault is.
fn names_choices(code: &str) -> bool {
    matches!(
        code,
        "unknown_deputy"
            | "unknown_field"
            | "malformed_value"
            | "unknown_tag"
            | "malformed_filter"
            | "template_fault"
            | "lint_stops"
            | "malformed_plan"
            | "unfit_plan"
            | "different_plans"
            | "unknown_version"
            | "snooze_too_long"
    )
}

const UNREACHABLE: (Pair, Pair) = (
    ("后台程序 guided 没有应答；已保存的都在本机", "guided does not answer; what was saved is on this terminal"),
    ("运行 guide 会重新启动它", "run guide to start it again"),
);

const FRESH_CODE: Pair = ("向总部要新的登记码", "ask headquarters for a fresh code");

/// The sentences of a code, and the next step; none for a code of another version.
fn known(code: &str) -> Option<(Pair, Option<Pair>)> {
    Some(match code {
        "not_enrolled" => (
            ("本机还没有登记到总部", "this terminal is not enrolled"),
            Some(("向总部要登记码，然后 guide enroll 网址", "ask headquarters for a code, then guide enroll URL")),
        ),
        "own_options" => (
            ("后台程序带着自己的选项启动，不由 guide 停止", "this guided was started with options of its own"),
            Some(("在启动它的地方停止", "stop it where it was started")),
        ),
        "locked" => (("终端已锁定", "this terminal is locked"), Some(("guide unlock 解锁", "guide unlock"))),
        "other_turn" => (
            ("终端已锁定，或换了导购", "this terminal was locked, or another guide is at it"),
            Some(("guide seats 看现在是谁", "guide seats shows who is")),
        ),
        "no_pin" => (
            ("这位导购没有设 PIN，锁了谁都能打开", "this guide has no PIN: anybody could unlock the terminal again"),
            Some(("guide pin set 设置 PIN", "guide pin set")),
        ),
        "unknown_guide" => (
            ("本机没有登记这位导购", "this guide is not enrolled at this terminal"),
            Some(("guide seats 列出全部", "guide seats lists who is")),
        ),
        "already_enrolled" => (
            ("本机已经登记过", "this terminal is enrolled already"),
            Some((
                "guide status 可查看登记的导购；再登记一位用 guide enroll --another 网址",
                "guide status shows for whom; guide enroll --another URL enrols another guide",
            )),
        ),
        "unknown_task" => (
            ("今日队列里没有这条任务", "today's queue has no such task"),
            Some(("guide today 列出今天的任务", "guide today lists the tasks")),
        ),
        "ambiguous_task" => {
            (("有不止一条任务以此开头", "more than one task begins so"), Some(("多写几位编号", "give more of the id")))
        }
        "several_customers" => {
            (("不止一位客户符合，请写全名或客户编号", "several customers match: give the whole name or the id"), None)
        }
        "unknown_list" => (
            ("没有这个名单", "there is no list of this name"),
            Some(("guide customer list 列出已保存的", "guide customer list shows those that are saved")),
        ),
        "list_name" => (("名单名称要有 1 到 40 个字", "a list's name has 1 to 40 characters"), None),
        "empty_filter" => {
            (("没有写条件", "the filter is empty"), Some(("如 标签:珍珠 分层:SA", "such as tag:pearl tier:SA")))
        }
        "malformed_filter" => (("这个条件读不懂，没有保存", "the filter is not understood; nothing was saved"), None),
        "too_many_lists" => (
            ("名单已满 50 个", "there are 50 lists already"),
            Some(("guide customer list remove 名称 删除一个", "guide customer list remove NAME takes one away")),
        ),
        "unknown_customer" => (
            ("本机没有这位客户", "this terminal has no such customer"),
            Some(("guide customer find 可按姓名、手机号查找", "guide customer find looks by name and phone")),
        ),
        "unknown_plan" => (
            ("没有这个方案", "there is no such plan"),
            Some(("guide plan list 列出方案", "guide plan list lists them")),
        ),
        "unknown_template" => (
            ("没有这个话术模板", "there is no such template"),
            Some(("guide template list 列出模板", "guide template list lists them")),
        ),
        "not_a_trainer" => (
            ("只有培训终端能提议话术", "only a trainer's terminal proposes templates"),
            Some(("向总部要培训终端的登记码", "headquarters enrols a trainer's terminal with --role trainer")),
        ),
        "nothing_to_propose" => (("和总部发布的一样，没有可提议的", "the file says what is published"), None),
        "lint_stops" => (
            ("含有总部不会发布的内容", "it holds what headquarters does not publish"),
            Some(("guide template lint 文件 --strict 列出全部", "guide template lint FILE --strict lists all")),
        ),
        "too_many_proposals" => (
            ("等待答复的提议太多", "too many proposals wait for an answer"),
            Some(("guide template proposals 列出提议", "guide template proposals lists them")),
        ),
        "task_closed" => (
            ("这条任务今天已经记过", "this task has been logged already"),
            Some(("guide undo 可撤销，再重新记录", "guide undo takes it back, then log it again")),
        ),
        "unknown_deputy" => (
            ("总部没有这位导购", "headquarters has no such guide"),
            Some(("写总部给的导购编号", "name a guide by the id that headquarters has given")),
        ),
        "task_held" => (
            ("这位客户今天暂缓联系", "this customer's task is held today"),
            Some(("guide today 显示原因和日期", "guide today shows the reason and the date")),
        ),
        "needs_amount" => {
            (("成交需要填写金额", "a purchase needs its amount"), Some(("加上 --amount 1280", "add --amount 1280")))
        }
        "amount_not_positive" => (("金额必须大于零", "the amount must be more than zero"), None),
        "amount_too_large" => (
            ("一笔成交最多 1000 万元", "one sale is at most 10,000,000 yuan"),
            Some(("核对金额，单位是元", "check the amount; it is in yuan")),
        ),
        "needs_date" => (
            ("改日联系需要日期", "a later contact needs its date"),
            Some(("加上 --next +3 或 --next 8-20", "add --next +3 or --next 8-20")),
        ),
        "date_out_of_range" => (
            ("日期太早或太晚", "the date is too early or too late"),
            Some((
                "下次联系从明天起、一年之内；到店和承诺从今天起",
                "a later contact: tomorrow to a year from now; a visit or a promise: from today",
            )),
        ),
        "needs_reason" => (
            ("跳过需要原因", "a skipped task needs a reason"),
            Some((
                "加上 --reason a…f：a 已见面 b 出差 c 信息有误 d 不合适 e 价格过期 f 同事已联系",
                "add --reason a…f: a met today, b travelling, c wrong data, d unfit, e price expired, f colleague did",
            )),
        ),
        "score_out_of_range" => (("满意度是 1 到 5", "satisfaction goes from 1 to 5"), None),
        "needs_text" => (("缺少文字内容", "the text is missing"), None),
        "no_open_complaint" => (("这位客户没有未关闭的投诉", "this customer has no open complaint"), None),
        "unknown_target" => {
            (("要撤销的记录不存在或已撤销", "what should be taken back is not there, or was taken back"), None)
        }
        "unknown_record" => (
            ("没有这条未结的记录", "there is no such record that is open"),
            Some(("用 list 查看记录编号", "list shows the records")),
        ),
        "not_rejected" => (
            ("这条记录没有被退回，或已经处理过", "this record was not rejected, or somebody has dealt with it"),
            Some(("guide outbox 列出所有记录", "guide outbox lists all of them")),
        ),
        "restless" => (
            ("数据一直在变，来不及比对", "things change faster than they can be compared"),
            Some(("过一会儿再运行一次 guide verify", "run guide verify again in a quiet moment")),
        ),
        "old_hub" => (
            ("总部的版本较旧，不能逐项比对", "headquarters' version is older and cannot be compared with"),
            Some(("请总部升级 guide-hub", "have headquarters upgrade guide-hub")),
        ),
        "revoked" => (
            ("总部已停用本机；已保存的都在本机", "headquarters has revoked this terminal; what was saved is safe"),
            Some(("向总部要登记码，然后 guide enroll 网址", "ask headquarters for a code, then guide enroll URL")),
        ),
        "unauthorised" => (
            ("总部不认得本机；已保存的都在本机", "headquarters does not know this terminal; what was saved is safe"),
            Some(("向总部要登记码，然后 guide enroll 网址", "ask headquarters for a code, then guide enroll URL")),
        ),
        "too_old" => (
            (
                "本机版本太旧，总部不再接受；已保存的都在本机",
                "this version is too old for headquarters; what was saved is safe",
            ),
            Some(("升级 guide", "upgrade guide")),
        ),
        "busy" => (("总部正忙", "headquarters is busy"), Some(("稍后再试", "try again later"))),
        "unknown_tag" => (("没有这个标签", "there is no such tag"), None),
        "unknown_field" => (("没有这个字段", "there is no such field"), None),
        "malformed_value" => (("值的格式不对", "the value has not the form of its field"), None),
        "unknown_purchase" => (
            ("这位客户没有这笔消费", "this customer has no such purchase"),
            Some((
                "用 --purchase last，或 guide customer show 编号 --reveal --json 查编号",
                "use --purchase last, or guide customer show ID --reveal --json for the ids",
            )),
        ),
        "no_leave_over" => (
            ("没有刚结束的休假", "no leave has just ended"),
            Some((
                "忘了登记的可以补：guide leave 开始日 结束日",
                "one that was forgotten can be entered: guide leave FROM TO",
            )),
        ),
        "malformed_plan" => {
            (("方案文件有误", "the plan file has a fault"), Some(("见 docs/plans.md", "docs/plans.md")))
        }
        "unfit_plan" => (
            ("与已发布的方案合不到一起", "it does not go with the published plans"),
            Some(("见 docs/plans.md", "docs/plans.md")),
        ),
        "different_plans" => (("只能比较同一个方案的两个版本", "only two versions of one plan are compared"), None),
        "unknown_version" => (("没有这个版本", "there is no such version"), None),
        "template_fault" => {
            (("模板文件有误", "the template file has a fault"), Some(("见 docs/templates.md", "docs/templates.md")))
        }
        "own_deputy" => (("代班的不能是本人", "a guide cannot stand in for the guide's own leave"), None),
        "nothing_to_record" => (("没有需要记录的", "there is nothing to record"), None),
        "nothing_to_undo" => (("没有可以撤销的记录", "there is nothing to take back"), None),
        "nothing_to_redo" => (("没有可以恢复的撤销", "there is nothing to record again"), None),
        "too_often" => (("这条记录撤销和恢复的次数太多", "this was taken back and recorded again too often"), None),
        "snooze_past" => (("这个时间已经过了", "that time has passed"), None),
        "snooze_too_long" => (
            ("推得太晚：会错过任务的窗口", "that is too late: the task's window would be missed"),
            Some(("选括号里的日期和时间之前", "choose a time before the one in brackets")),
        ),
        "store" => (
            (
                "本机存储出错：刚才这一步没有完成，之前保存的都在",
                "this terminal's store failed: this step was not done, what was saved before is safe",
            ),
            Some(("检查磁盘空间，再做一次", "check the disk's free space, then do it again")),
        ),
        "clock_is_real" => (
            ("只有演示时钟可以调整", "only the demo's clock can be moved"),
            Some(("guide demo 打开演示", "guide demo opens the demo")),
        ),
        "hub_unreachable" => (
            (
                "连不上总部；已保存的都在本机，恢复后自动上传",
                "headquarters cannot be reached; what was saved stays on this terminal and is sent later",
            ),
            Some(("检查网络和总部网址", "check the network and the address")),
        ),
        "wrong_code" => (
            ("总部拒绝了：登记码不对", "headquarters refused: the code is not right"),
            Some((
                "核对八位登记码；错五次即作废",
                "check its eight characters; after five wrong tries it is worthless",
            )),
        ),
        "code_spent" => (
            ("总部拒绝了：登记码试错太多次，已作废", "headquarters refused: the code was tried too often"),
            Some(FRESH_CODE),
        ),
        "code_over" => (
            ("总部拒绝了：登记码已用过或已过期", "headquarters refused: the code was used or has expired"),
            Some(FRESH_CODE),
        ),
        "training_mismatch" => (
            ("培训终端和正式总部不能互连", "a training terminal and a real hub do not go together, nor the reverse"),
            Some(("换用同类的总部网址", "use the address of a hub of the same kind")),
        ),
        "other_guide" => (
            (
                "登记码属于别的导购或总部；本机数据未动",
                "the code is for another guide or hub; what lies on this terminal is as it was",
            ),
            Some((
                "要本机导购的登记码；或 guide enroll --another 网址 再登记一位导购",
                "ask for a code of this terminal's guide, or enrol another with guide enroll --another URL",
            )),
        ),
        "hub_refused" => (
            ("总部没有接受请求", "headquarters did not take the request"),
            Some(("稍后再试；仍不行请联系总部", "try again later, else ask headquarters")),
        ),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use guide_common::outcome::Refusal;

    use super::*;

    #[test]
    fn every_refusal_that_a_guide_can_meet_has_a_sentence() {
        use Refusal::*;
        for refusal in [
            NeedsAmount,
            AmountNotPositive,
            NeedsDate,
            DateOutOfRange,
            NeedsReason,
            ScoreOutOfRange,
            NeedsText,
            UnknownCustomer,
            UnknownTarget,
            NoOpenComplaint,
            TooOften,
        ] {
            assert!(known(&refusal.code()).is_some(), "{refusal:?}");
        }
    }

    #[test]
    fn a_problem_of_a_newer_version_is_told_in_its_own_words_without_control_characters() {
        let problem = Problem::new(422, "moon_phase", "the moon \u{1b}[31mis full").hint("wait");
        let explained = explain_problem(&problem, Lang::En);
        assert_eq!(explained.line(Lang::En), "the moon [31mis full: wait");
    }
}
