//! The help of the command line in Chinese. English stands beside each argument, where it is defined; a test holds
//! that nothing lacks its Chinese.

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, Command};
use guide_common::outcome::{Channel, SkipReason};
use guide_common::sop::plan::Lang;

use crate::lang::name::{channel_name, reason_name};

/// The help in a language.
pub fn in_lang(command: Command, lang: Lang) -> Command {
    match lang {
        Lang::En => command,
        Lang::Zh => in_chinese(command, ""),
    }
}

const TEMPLATE: &str = "{about-with-newline}\n用法：{usage}\n\n{all-args}{after-help}";

fn in_chinese(command: Command, path: &str) -> Command {
    let key = if path.is_empty() { "guide" } else { path };
    let about = text_of(key).unwrap_or_default();
    let names: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    let mut command = command
        .about(about)
        .help_template(TEMPLATE)
        .subcommand_help_heading("命令")
        .subcommand_value_name("命令")
        .disable_help_flag(true)
        .disable_version_flag(true)
        .arg(Arg::new("help").short('h').long("help").action(ArgAction::Help).help("显示帮助").help_heading("选项"));
    if path.is_empty() {
        command = command.long_about(text_of("guide --")).arg(
            Arg::new("version")
                .short('V')
                .long("version")
                .action(ArgAction::Version)
                .help("显示版本")
                .help_heading("选项"),
        );
    }
    command = command.mut_args(|arg| {
        let heading = if arg.is_positional() { "参数" } else { "选项" };
        let key = format!("{path} {}", arg.get_id());
        let help: Option<StyledStr> = text_of(key.trim_start()).map(StyledStr::from);
        let arg = arg.help_heading(heading);
        match help {
            Some(help) => arg.help(help.clone()).long_help(help),
            None => arg,
        }
    });
    for name in names {
        let path = if path.is_empty() { name.clone() } else { format!("{path} {name}") };
        command = command.mut_subcommand(name, |sub| in_chinese(sub, &path));
    }
    command
}

/// What is wrong with a command line, in Chinese; none for what is rare.
pub fn fault_in_chinese(error: &clap::Error) -> Option<String> {
    let of = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join(" "),
        _ => String::new(),
    };
    let (arg, value) = (of(ContextKind::InvalidArg), of(ContextKind::InvalidValue));
    Some(match error.kind() {
        ErrorKind::InvalidSubcommand => format!("没有“{}”这个命令", of(ContextKind::InvalidSubcommand)),
        ErrorKind::UnknownArgument => format!("不认识“{arg}”"),
        ErrorKind::MissingRequiredArgument => format!("缺少 {arg}"),
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => "缺少子命令".to_owned(),
        ErrorKind::InvalidValue if value.is_empty() => format!("{arg} 后面缺少内容"),
        ErrorKind::ValueValidation if ["<DATE>", "<WHEN>", "<SPAN>"].iter().any(|name| arg.contains(name)) => {
            format!("“{value}”不是日期；写成 2026-08-20、8-20、+3、3d、1w 或 1m")
        }
        ErrorKind::ValueValidation if arg.contains("<CHANNEL>") => {
            let names = Channel::ALL.map(|channel| format!("{} {}", channel.name(), channel_name(channel, Lang::Zh)));
            format!("“{value}”不是渠道；可用：{}", names.join("、"))
        }
        ErrorKind::ValueValidation if arg.contains("<REASON>") => {
            let name = |reason: SkipReason| (reason.names(), reason_name(reason, Lang::Zh));
            let names = SkipReason::ALL.map(name).map(|((key, word), name)| format!("{key} {word} {name}"));
            format!("“{value}”不是跳过原因；可用：{}", names.join("、"))
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => format!("“{value}”不能用作 {arg}"),
        ErrorKind::TooManyValues | ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            format!("{arg} 的个数不对")
        }
        ErrorKind::ArgumentConflict => format!("{arg} 不能与 {} 同用", of(ContextKind::PriorArg)),
        _ => return None,
    })
}

fn text_of(key: &str) -> Option<&'static str> {
    CHINESE.iter().find(|(known, _)| *known == key).map(|(_, text)| *text)
}

/// A command by its path, an argument by the path and its id.
const CHINESE: &[(&str, &str)] = &[
    ("guide", "导购工作台：今天的服务任务、该说什么、结果如何"),
    (
        "guide --",
        "导购工作台：今天的服务任务、该说什么、结果如何。\n\n不带命令则打开界面。退出码：0 完成，1 失败，2 用法有误，3 按规则拒绝，4 连不上后台或总部。",
    ),
    ("theme", "界面配色，例如 night、day、contrast"),
    ("plain", "逐行使用界面：给读屏软件和很慢的线路；标准输入可以是脚本"),
    ("lang", "语言：zh 或 en"),
    ("json", "以 JSON 输出数据，带格式版本号"),
    ("enroll another", "给已有导购的终端再登记一位导购"),
    ("seats", "本机登记了哪些导购，现在轮到谁"),
    ("lock", "锁定终端；设了 PIN 才能锁"),
    ("unlock", "解锁，或换一位导购；要输 PIN"),
    ("unlock guide", "导购编号或姓名；不写则为当前的导购"),
    ("pin", "设置、修改或取消自己的 PIN"),
    ("pin set", "设置或修改 PIN"),
    ("pin remove", "取消 PIN"),
    ("remind", "有哪些提醒、推迟提醒、试一试桌面通知"),
    ("remind list", "列出提醒：已经响过的，和今明两天要来的"),
    ("remind snooze", "把一条提醒推迟"),
    ("remind snooze id", "提醒编号或编号开头，见 guide remind list"),
    ("remind snooze minutes", "推迟多少分钟；不写则按设置"),
    ("remind test", "试一试：桌面会弹出一条通知"),
    ("config", "列出、检查、读写本机的设置"),
    ("config list", "列出全部设置、现在的值和用途"),
    ("config check", "检查设置文件，逐行指出问题"),
    ("config get", "显示一项设置的值"),
    ("config get key", "设置的名称，如 remind.morning"),
    ("config set", "把一项设置写进文件；其他行和注释不变"),
    ("config set key", "设置的名称，如 remind.morning"),
    ("config set value", "值，如 09:00；不写则去掉这一行，恢复默认值"),
    ("config path", "显示设置文件在哪里"),
    ("keys", "列出界面的全部操作和按键，以及 keys.toml 的问题"),
    ("keys preset", "某一套按键，不算自己的文件"),
    ("keys word", "只列出名称、按键或说明里有它的"),
    ("theme list", "列出全部配色，包括 themes/ 里自己的"),
    ("theme check", "检查配色文件：能不能读，字看不看得清"),
    ("theme check file", "文件"),
    ("help", "显示帮助"),
    ("help words", "哪个命令"),
    ("version", "显示版本"),
    ("today", "今日队列"),
    ("today limit", "待办和暂缓各最多显示几条"),
    ("today terms", "显示每条任务的排序依据"),
    ("next", "队列里的第一条任务，连同客户和话术"),
    ("next task", "另一条任务：编号、编号开头或客户编号"),
    ("log", "记录任务的结果，或任务之外的一次联系"),
    (
        "log words",
        "任务（编号、编号开头、客户编号，或 next 表示队列第一条），然后是结果：按键 0–9、代码如 BUY 或名称如 bought",
    ),
    ("log customer", "记录与这位客户的一次任务之外的联系"),
    ("log score", "满意度 1 到 5"),
    ("log next", "到店日或下次联系日：2026-08-20、8-20、+3、3d、1w"),
    ("log time", "到店时间"),
    ("log amount", "成交金额（元）：1280 或 1280.50"),
    ("log reason", "跳过原因：按键 a–f 或名称如 met_today"),
    ("log note", "备注"),
    ("log channel", "渠道：wecom 企微、phone 电话、visit 到店、sms 短信等"),
    ("log dues", "只关闭任务里的这个节点，可写多次"),
    ("log template", "用了哪个话术模板"),
    ("log sent", "发出的文字；与模板原文不同时写"),
    ("log reply", "客户的回复"),
    ("log fills", "话术空缺处填了什么：名称=内容，可写多次"),
    ("log promise", "这次答应了客户什么"),
    ("log by", "答应在哪天之前办好"),
    ("log visit", "这次约好的到店：日期，可加时间"),
    ("log answer", "是客户主动联系的：不计入触达上限"),
    ("log promo", "是为了推销：计入营销次数"),
    ("snooze", "把任务推到窗口内稍后的时间或日期"),
    ("snooze task", "任务：编号、编号开头、客户编号，或 next 表示队列第一条"),
    ("snooze until", "到什么时候：30m、2h、14:30、明天、+3、8-20 或 2026-08-20"),
    ("undo", "撤销最近一步或指定的记录；再运行一次撤销更早的一步，最多五十步"),
    ("undo op", "记录编号；不写则是最近一步"),
    ("undo list", "列出可以撤销和可以恢复的步骤，最近的在前"),
    ("redo", "恢复刚才撤销的一步"),
    ("customer", "查找、查看客户，写资料，打标签"),
    ("customer find", "按姓名、拼音、手机号、编号、标签、分层、等级或阶段查找"),
    ("customer find q", "要同时符合的条件，如 syn、0421、标签:珍珠、分层:SA、等级:金卡、阶段:复购；前面加 ! 表示不要"),
    ("customer find limit", "最多显示几位"),
    ("customer add", "登记一位新客"),
    ("customer add name", "姓名"),
    ("customer add phone", "手机号"),
    ("customer add tags", "标签：组:值，用代码、名称或首字母，可写多次"),
    ("customer add looked", "看了什么"),
    ("customer add budget", "预算（元）"),
    ("customer add wedding", "婚期"),
    ("customer show", "查看一位客户"),
    ("customer show id", "客户编号，或只有一位客户叫的姓名"),
    ("customer show reveal", "连同保密的消费一起显示：只在没有旁人看屏幕时用"),
    ("customer phone", "查看完整手机号；本机会留下查看记录"),
    ("customer phone id", "客户编号，或只有一位客户叫的姓名"),
    ("customer timeline", "这位客户发生过什么，最近的在前"),
    ("customer timeline id", "客户编号，或只有一位客户叫的姓名"),
    ("customer timeline limit", "最多显示几条"),
    ("customer timeline reveal", "连同保密的一起显示：只在没有旁人看屏幕时用"),
    ("customer note", "给客户记一条备注；不写内容则列出备注"),
    ("customer note customer", "客户编号，或只有一位客户叫的姓名"),
    ("customer note text", "备注内容；不写则列出备注"),
    ("customer set", "写一项客户资料，如称呼、尺寸"),
    ("customer set customer", "客户编号，或只有一位客户叫的姓名"),
    ("customer set field", "字段，如 salutation、ring_size、wedding_on，或中文名"),
    ("customer set value", "值"),
    ("customer set clear", "清空"),
    ("customer tag", "打上或去掉标签"),
    ("customer tag add", "打上标签"),
    ("customer tag add customer", "客户编号"),
    ("customer tag add group", "标签组：代码如 MAT，或名称"),
    ("customer tag add value", "标签值：名称，或首字母如 zz"),
    ("customer tag remove", "去掉标签"),
    ("customer tag remove customer", "客户编号"),
    ("customer tag remove group", "标签组：代码如 MAT，或名称"),
    ("customer tag remove value", "标签值：名称，或首字母如 zz"),
    ("tag", "总部发布的标签组"),
    ("tag list", "列出标签组、值和首字母"),
    ("customer list", "智能筛选：列出保存的名单，各有多少客户符合"),
    ("customer list save", "把条件保存成名单；同名的会被替换"),
    ("customer list save name", "名称"),
    ("customer list save filter", "条件，写法同 guide customer find"),
    ("customer list show", "查看名单里的客户"),
    ("customer list show name", "名称"),
    ("customer list show limit", "最多显示几位"),
    ("customer list remove", "删除名单"),
    ("customer list remove name", "名称"),
    ("complaint", "关闭投诉"),
    ("complaint close", "关闭客户未关闭的投诉"),
    ("complaint close customer", "客户编号"),
    ("complaint close words", "客户对处理结果的原话；不写则从标准输入读取"),
    ("promise", "记下、列出、兑现承诺"),
    ("promise customer", "客户编号"),
    ("promise text", "答应了什么"),
    ("promise by", "哪天之前：2026-08-20、8-20、+3、3d、1w"),
    ("promise item", "关于哪件首饰"),
    ("promise add", "记一个承诺和日期"),
    ("promise add customer", "客户编号"),
    ("promise add text", "答应了什么"),
    ("promise add by", "哪天之前：2026-08-20、8-20、+3、3d、1w"),
    ("promise add item", "关于哪件首饰"),
    ("promise list", "列出未兑现的承诺，最早的在前"),
    ("promise list customer", "只看这位客户的"),
    ("promise kept", "承诺已兑现"),
    ("promise kept promise", "记录编号或其开头；客户只有一个承诺时可写客户编号"),
    ("appointment", "记下、列出、结束到店预约"),
    ("appointment add", "记一个约好的到店"),
    ("appointment add customer", "客户编号"),
    ("appointment add on", "到店日：2026-08-20、8-20、+3、3d、1w"),
    ("appointment add time", "到店时间"),
    ("appointment add about", "为了什么"),
    ("appointment list", "列出还没到店的预约，最早的在前"),
    ("appointment list customer", "只看这位客户的"),
    ("appointment kept", "客户来了"),
    ("appointment kept appointment", "记录编号或其开头；客户只有一个预约时可写客户编号"),
    ("appointment no-show", "客户没有来"),
    ("appointment no-show appointment", "记录编号或其开头；客户只有一个预约时可写客户编号"),
    ("appointment cancel", "预约取消"),
    ("appointment cancel appointment", "记录编号或其开头；客户只有一个预约时可写客户编号"),
    ("consent", "记下客户允许或不接受的联系"),
    ("consent customer", "客户编号"),
    ("consent what", "allow 允许，refuse 不接受"),
    ("consent channel", "只限这个渠道：wecom、phone、sms 等；不写则为所有渠道"),
    ("consent until", "不接受到哪天为止；不写则一直"),
    ("secret", "为礼物保密，不让收礼的人知道"),
    ("secret add", "这位客户买的东西，不让另一位知道"),
    ("secret add customer", "送礼客户的编号"),
    ("secret add from", "不能知道的客户的编号；对方不是客户则不写"),
    ("secret add until", "保密到哪天（含当天）：2026-08-21、8-21、+9、1w"),
    ("secret add purchase", "哪一笔消费：编号，或 last 表示最近一笔；不写则从今天起全部保密"),
    ("secret list", "列出今天还在保密的"),
    ("secret lift", "双方同时解除保密"),
    ("secret lift secret", "记录编号或其开头"),
    ("leave", "休假：登记、列出、取消"),
    ("leave from", "第一天：2026-08-20、8-20、+3、1w"),
    ("leave to", "最后一天"),
    ("leave deputy", "代班导购的编号"),
    ("leave list", "列出每周休息和休假"),
    ("leave cancel", "取消一次休假"),
    ("leave cancel leave", "记录编号或其开头"),
    ("amnesty", "休假回来清理积压：先看，再做"),
    ("amnesty deputy", "来不及的交给哪位导购；不写则是休假登记的代班"),
    ("amnesty yes", "直接执行；不写则先预览，在终端上再问"),
    ("amnesty all", "列出每一个节点，包括保留的"),
    ("explain", "为什么任务排在这里，各方案对客户做什么，字段是谁写的"),
    ("explain what", "客户编号或姓名；或任务编号、编号开头、next"),
    ("explain field", "客户的一个字段，如 salutation、tags、consent：谁写的，以谁为准"),
    ("explain reveal", "显示完整手机号：只在没有旁人看屏幕时用"),
    ("explain all", "列出每个方案的每一轮"),
    ("template", "列出、查看、生成、检查话术"),
    ("template list", "列出话术模板"),
    ("template show", "查看一个模板和它的变量"),
    ("template show id", "如 T01"),
    ("template render", "生成对一位客户说的话"),
    ("template render id", "如 T01"),
    ("template render customer", "客户编号"),
    ("template lint", "检查话术里不能说的；有不能发给客户的内容时退出码为 3"),
    ("template lint what", "模板文件，或模板编号如 T01；可写多个"),
    ("template lint strict", "总部会退回的也算拒绝"),
    ("template propose", "向总部提议修改一个话术模板；只有培训终端可以"),
    ("template propose file", "模板文件"),
    ("template propose why", "为什么要改"),
    ("template edit", "用自己的编辑器修改一个模板，改好后向总部提议"),
    ("template edit id", "如 T01"),
    ("template edit why", "为什么要改"),
    ("template proposals", "列出本机提议过的修改和总部的答复"),
    ("template stats", "每个话术用了几次、回复了几次"),
    ("template stats from", "第一天；不写则是最后一天的 90 天之前"),
    ("template stats to", "最后一天；不写则是今天"),
    ("plan", "列出、查看、推演方案"),
    ("plan list", "列出方案"),
    ("plan show", "查看一个方案和它的节点"),
    ("plan show id", "如 P01"),
    ("plan simulate", "推演：这个方案放在过去一段时间会有多少工作量；不发布，不记录"),
    ("plan simulate plan", "方案文件，或已发布方案的编号"),
    ("plan simulate days", "推演多少天，今天是最后一天"),
    ("plan simulate min_amount", "当日消费至少多少元，代替方案自己的门槛"),
    ("plan simulate throttle", "改用每天最多启动几条；0 表示不限"),
    ("plan simulate version", "已发布方案里还有人在走的旧版本"),
    ("plan simulate daily", "按天显示，不按周"),
    ("plan diff", "改动对比：改了什么，正在进行的客户会怎样"),
    ("plan diff old", "原来的：方案文件、已发布方案的编号，或它的一个版本，如 P03/1"),
    ("plan diff new", "改过的：方案文件、已发布方案的编号，或它的一个版本，如 P03/2"),
    ("slip", "把今日队列打印到小票机"),
    ("slip columns", "每行列数：58 毫米纸 32 列，80 毫米纸 48 列"),
    ("slip encoding", "打印机用的编码：utf-8 或 gbk"),
    ("slip escpos", "加上 ESC/POS 的初始化和切纸指令"),
    ("slip limit", "最多打印几条任务"),
    ("report", "一段时间的报表"),
    ("report from", "第一天；不写则是当月一日"),
    ("report to", "最后一天；不写则是今天"),
    ("report plan", "只看这个方案"),
    ("report csv", "把全部数字写成 CSV 文件；- 写到标准输出"),
    ("report bom", "CSV 开头加 BOM，便于 Excel 识别 UTF-8"),
    ("report html", "写成带图表、可在浏览器查看和打印的网页；- 写到标准输出"),
    ("report force", "覆盖已有的文件"),
    ("sync", "与总部同步，或查看同步状态"),
    ("sync now", "同步一次并等待完成"),
    ("sync status", "上次成功的时间和待发条数"),
    ("sync log", "最近各轮同步：何时、起因、上传下载多少、结果"),
    ("sync log limit", "最多显示几轮"),
    ("outbox", "本机记录了什么，各自到了哪里；处理被总部退回的"),
    ("outbox list", "列出全部"),
    ("outbox show", "看一条记录的内容"),
    ("outbox show record", "列表里的序号，或记录编号的开头"),
    ("outbox resend", "重发被退回的记录：原样，或换一位客户"),
    ("outbox resend record", "列表里的序号，或记录编号的开头"),
    ("outbox resend customer", "客户写错时，改成这位：编号，或只有一位客户叫的姓名"),
    ("outbox edit", "用编辑器修改被退回的记录，再重发"),
    ("outbox edit record", "列表里的序号，或记录编号的开头"),
    ("outbox discard", "放弃被退回的记录"),
    ("outbox discard record", "列表里的序号，或记录编号的开头"),
    ("outbox discard yes", "不再询问"),
    ("outbox export", "把被退回的记录完整写成 JSON"),
    ("outbox export file", "写到这个文件；不写则输出到标准输出"),
    ("doctor", "从本机到总部逐项检查，并说明怎么修"),
    ("verify", "与总部逐项比对，列出不一致的，可修复"),
    ("verify heal", "修复：不一致的重新取，总部缺的重新发"),
    ("bundle", "收集支持人员需要的，不含任何人的资料"),
    ("bundle output", "写到这个文件；不写则在当前文件夹另起文件名"),
    ("bundle yes", "不再询问，直接写"),
    ("replay", "把包里的同步步骤重走一遍"),
    ("replay file", "guide bundle 写的文件"),
    ("faults", "故意制造网络故障，只在训练时"),
    ("faults show", "哪些故障开着，各发生了几次"),
    ("faults set", "打开故障：drop_reply=200 表示每千次应答丢 200 次，offline=on 断网"),
    ("faults set faults", "哪种故障，每千次请求几次；seed 和 delay_ms 是各自的数"),
    ("faults off", "全部关掉"),
    ("enroll ca", "总部用自己的证书机构时，只信任这个 PEM 文件里的"),
    ("enroll plain_http", "允许用明文 HTTP 连别的机器：途中的人都能看到"),
    ("enroll", "把本机登记到总部；登记码现场输入或从标准输入读取"),
    ("enroll url", "总部网址，如 https://hub.example"),
    ("status", "本机为谁服务，时钟、条数和同步"),
    (
        "status format",
        "状态栏用的一行：tmux、waybar，或含 {open} {held} {done} {unsent} {rejected} {state} {customers} {guide} {store} 的文字；不会为此启动后台",
    ),
    ("stop", "停止后台程序；下一条命令会再启动它"),
    ("clock", "查看或调整演示时钟"),
    ("clock show", "查看门店时间"),
    ("clock set", "设定演示时钟"),
    ("clock set when", "日期，或日期加时间：2026-08-20、8-20、2026-08-20T10:00"),
    ("clock forward", "把演示时钟往前拨"),
    ("clock forward span", "拨多少：1d、1w、1m"),
    ("demo", "打开有 600 位客户的演示，退出后不留任何东西"),
    ("demo guide", "换一位导购：编号或姓名的一部分"),
    ("demo seed", "换一批客户：种子相同，客户也相同"),
    ("demo record", "把一课的答案录成 asciinema 文件；文件名以 .svg 结尾就录成动画图片"),
    ("demo database_url", "总部数据放在这个空数据库里，不用文件（同 guide-hub）；这样不能退回"),
    ("demo lesson", "录哪一课"),
    ("demo plain", "逐行走演示，同 guide --plain"),
    ("demo check", "不用终端做十条任务，途中停总部、强行终止后台，再逐项核对"),
    ("lesson", "课程：在演示里学，成绩，以及课程自检"),
    ("lesson list", "列出课程"),
    ("lesson run", "在演示里打开一课"),
    ("lesson run lesson", "哪一课：编号、序号或文件"),
    ("lesson run learner", "成绩里学员的名字"),
    ("lesson run plain", "逐行走，同 guide --plain"),
    ("lesson check", "读课程文件，不用终端，用真实程序走一遍答案"),
    ("lesson check lessons", "哪几课：编号、序号或文件；不写就是全部"),
    ("lesson check each", "再逐步缺一步走：缺了就不能完成"),
    ("lesson results", "查看学员成绩"),
    ("lesson results csv", "写成这个 CSV 文件；- 是标准输出"),
    ("completions", "输出命令行补全脚本"),
    ("completions shell", "哪种 shell"),
    ("man", "输出手册"),
    ("man dir", "把每个命令的手册页写进这个文件夹"),
];

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use crate::cli::Cli;

    use super::*;

    #[track_caller]
    fn check(command: &Command, path: &str) {
        let key = if path.is_empty() { "guide" } else { path };
        assert!(text_of(key).is_some(), "the command {key:?} has no Chinese");
        for arg in command.get_arguments() {
            let key = format!("{path} {}", arg.get_id());
            assert!(text_of(key.trim_start()).is_some(), "the argument {key:?} has no Chinese");
        }
        for sub in command.get_subcommands() {
            check(sub, format!("{path} {}", sub.get_name()).trim_start());
        }
    }

    #[test]
    fn every_command_and_argument_has_its_chinese() {
        check(&Cli::command(), "");
    }

    #[test]
    fn no_chinese_is_left_over_from_a_command_that_is_gone() {
        fn names(command: &Command, path: &str, all: &mut Vec<String>) {
            all.push(path.to_owned());
            all.extend(command.get_arguments().map(|arg| format!("{path} {}", arg.get_id()).trim_start().to_owned()));
            for sub in command.get_subcommands() {
                names(sub, format!("{path} {}", sub.get_name()).trim_start(), all);
            }
        }
        let mut all: Vec<String> = ["guide", "guide --", "help", "version"].map(str::to_owned).into();
        names(&Cli::command(), "", &mut all);
        for (key, _) in CHINESE {
            assert!(all.iter().any(|known| known == key), "{key}");
        }
    }

    #[test]
    fn the_chinese_command_line_is_well_formed_and_says_usage_in_chinese() {
        let mut command = in_lang(Cli::command(), Lang::Zh);
        command.clone().debug_assert();
        let help = command.render_long_help().to_string();
        assert!(help.contains("用法：") && help.contains("命令:") && !help.contains("Usage"), "{help}");
    }

    #[test]
    fn a_wrong_command_line_is_explained_in_chinese() {
        let fault = |line: &str| {
            let command = in_lang(Cli::command(), Lang::Zh);
            let error = command.try_get_matches_from(line.split(' ')).unwrap_err();
            fault_in_chinese(&error).unwrap_or_default()
        };
        assert_eq!(fault("guide tody"), "没有“tody”这个命令");
        assert_eq!(fault("guide log a 4 --amount x"), "“x”不能用作 --amount <YUAN>");
        let channel = fault("guide log a 1 --channel x");
        assert!(channel.contains("wecom 企微") && channel.contains("moments 朋友圈"), "{channel}");
        let reason = fault("guide log a 0 --reason z");
        assert!(reason.contains("a met_today 今天已见面") && reason.contains("f colleague_did"), "{reason}");
        assert!(fault("guide log a 7 --next x").starts_with("“x”不是日期"));
        assert_eq!(fault("guide enroll"), "缺少 <URL>");
        assert_eq!(fault("guide customer"), "缺少子命令");
    }
}
