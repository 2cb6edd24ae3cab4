//! The plain mode's own texts; everything else is said in the interface's words.

use guide_common::sop::plan::Lang;

use crate::lang::pick;

/// How it is used, for the beginning.
pub fn greeting(lang: Lang) -> &'static str {
    pick(
        lang,
        (
            "数字选行；空行再读一遍；list 列表；? 帮助；q 退出",
            "a number selects a row; an empty line reads it again; list; ? help; q leaves",
        ),
    )
}

/// The rules of the help.
pub fn rules(lang: Lang) -> [&'static str; 6] {
    pick(
        lang,
        (
            [
                "数字：选上次列出的那一行。空行：把选中的再读一遍，带上可记的结果。",
                "= 加数字：界面上的数字键，例如 =4 记“已成交”；后面可接着写内容：=4 1280。",
                "名称、中文叫法或按键都可以：copy、复制、y。按键分大小写。",
                "list 列表；more 下一页；/ 加几个字：查找或筛选；: 列出各界面和选择。",
                "提问时每行答一题：空行用原来的或跳过，单独一个 . 放弃，< 回上一题。",
                "? 加几个字：只列出相关的操作。",
            ],
            [
                "A number: selects that row of the last list. An empty line: reads what is selected again, with the outcomes.",
                "= and a digit: the digit key of the interface, such as =4 for bought; what it asks may follow: =4 1280.",
                "A name, a label or a key will do: copy, Copy, y. Keys are told apart by case.",
                "list: the list; more: the next page; / and a word: find or filter; : lists the screens and choices.",
                "A question is answered by a line: an empty one keeps or skips, a dot alone gives up, < goes back one.",
                "? and a word: the actions that have to do with it.",
            ],
        ),
    )
}

/// Why an action means nothing here.
pub fn no_scrolling(lang: Lang) -> &'static str {
    pick(
        lang,
        (
            "逐行方式不用滚动：内容都已读出；空行再读一遍",
            "nothing scrolls here: all of it was told; an empty line tells it again",
        ),
    )
}

/// Why the mouse means nothing here.
pub fn no_mouse(lang: Lang) -> &'static str {
    pick(lang, ("逐行方式不用鼠标", "the plain mode has no mouse"))
}

/// A dot where nothing is asked.
pub fn nothing_asked(lang: Lang) -> &'static str {
    pick(lang, ("现在没有提问", "nothing is asked"))
}

/// Follows a text that speaks of the key Enter, which reads again here.
pub fn instead_of_enter(lang: Lang) -> &'static str {
    pick(lang, ("（这里写 open）", " (type open)"))
}

/// A number without a row.
pub fn no_row(lang: Lang) -> &'static str {
    pick(lang, ("列表里没有这一行", "the list has no such row"))
}

/// A row that has left the list since it was told.
pub fn row_gone(lang: Lang) -> &'static str {
    pick(lang, ("这一行已经不在列表里了", "that row has left the list"))
}

/// What was selected is another since it was told; nothing was done.
pub fn changed(lang: Lang) -> &'static str {
    pick(lang, ("选中的已经变了，还没有做；请再说一遍", "what is selected has changed; nothing was done, say it again"))
}

/// A choice that there is not.
pub fn no_choice(lang: Lang) -> &'static str {
    pick(lang, ("没有这个选择", "there is no such choice"))
}

/// The daemon answers again.
pub fn back_again(lang: Lang) -> &'static str {
    pick(lang, ("后台又连上了", "the daemon is back"))
}

/// The mask was taken off.
pub fn shown_again(lang: Lang) -> &'static str {
    pick(lang, ("不再遮挡", "shown again"))
}

/// The list has no further page.
pub fn no_more(lang: Lang) -> &'static str {
    pick(lang, ("列表到底了", "that was the end of the list"))
}

/// The user's own editor needs a terminal.
pub fn no_editor(lang: Lang) -> &'static str {
    pick(lang, ("输入不是终端", "the input is no terminal"))
}

/// The terminal is locked.
pub fn locked(lang: Lang) -> &'static str {
    let words = ("终端已锁定。谁在用？写数字；q 退出", "this terminal is locked. Who is here? Type a number; q leaves");
    pick(lang, words)
}

/// How questions are answered, for the first one.
pub fn answering(lang: Lang) -> &'static str {
    pick(lang, ("空行不改或跳过，. 放弃", "an empty line keeps or skips, a dot gives up"))
}

/// How a choice is made, for the first one.
pub fn choosing(lang: Lang) -> &'static str {
    pick(lang, ("写数字；空行或 . 关闭", "type a number; an empty line or a dot closes"))
}
