//! How long a message may be on each channel, and what a text message must have. Checked when a template is read, on
//! what it says in any case, and again when its gaps are filled, on the whole message.

use unicode_normalization::UnicodeNormalization;

use crate::outcome::Channel;
use crate::sop::plan::Lang;

/// The most characters of a message that people read in WeCom.
const MAX_WECOM_CHARS: usize = 600;
/// The most characters of a message to a group, and of a post.
const MAX_PUBLIC_CHARS: usize = 300;
/// The most characters of a printed card.
const MAX_CARD_CHARS: usize = 200;
/// The most parts of a text message: each is paid for.
const MAX_SMS_PARTS: usize = 3;

/// Characters of a text message that is sent whole, and of each part of a longer one, in the 16-bit alphabet that
/// Chinese needs and in the 7-bit one (3GPP TS 23.038, 23.040).
const SMS_UCS2: (usize, usize) = (70, 67);
const SMS_GSM7: (usize, usize) = (160, 153);
/// What the 7-bit alphabet has beside ASCII's letters, digits and most of its signs.
const GSM7_SIGNS: &str = "@£$¥èéùìòÇ\nØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./:;<=>?¡ÄÖÑÜ§¿äöñüà";
/// Signs that take two places in the 7-bit alphabet.
const GSM7_DOUBLE: &str = "^{}\\[~]|€";

/// A message that is longer than its channel takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Excess {
    /// How long it is.
    pub n: usize,
    /// How long it may be.
    pub most: usize,
    /// Of what.
    pub unit: Unit,
}

/// What a length counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Characters.
    Chars,
    /// Parts of a text message.
    SmsParts,
}

impl Unit {
    /// What it is called.
    pub fn name(self, lang: Lang) -> &'static str {
        match (self, lang) {
            (Self::Chars, Lang::Zh) => "字",
            (Self::Chars, Lang::En) => "characters",
            (Self::SmsParts, Lang::Zh) => "条短信",
            (Self::SmsParts, Lang::En) => "text messages",
        }
    }
}

/// Whether a message is too long for its channel. What is only spoken has no limit.
pub fn excess(channel: Channel, text: &str) -> Option<Excess> {
    let (n, most, unit) = match channel {
        Channel::Wecom | Channel::OfficialAccount => (text.chars().count(), MAX_WECOM_CHARS, Unit::Chars),
        Channel::Group | Channel::Moments => (text.chars().count(), MAX_PUBLIC_CHARS, Unit::Chars),
        Channel::Card => (text.chars().count(), MAX_CARD_CHARS, Unit::Chars),
        Channel::Sms => (sms_parts(text), MAX_SMS_PARTS, Unit::SmsParts),
        Channel::Phone | Channel::Visit | Channel::Unknown => return None,
    };
    (n > most).then_some(Excess { n, most, unit })
}

/// In how many parts a text message is sent.
pub fn sms_parts(text: &str) -> usize {
    let (n, (whole, part)) = match text.chars().map(gsm7_places).sum::<Option<usize>>() {
        Some(n) => (n, SMS_GSM7),
        None => (text.encode_utf16().count(), SMS_UCS2),
    };
    if n <= whole { usize::from(n > 0) } else { n.div_ceil(part) }
}

/// How many places a character takes in the 7-bit alphabet; none where it is not in it.
fn gsm7_places(c: char) -> Option<usize> {
    match c {
        c if c.is_ascii_alphanumeric() || GSM7_SIGNS.contains(c) => Some(1),
        c if GSM7_DOUBLE.contains(c) => Some(2),
        _ => None,
    }
}

/// What a text message lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmsFault {
    /// It does not begin with the sender's name in 【】.
    NoSignature,
    /// It does not end with how to opt out.
    NoOptOut,
}

impl SmsFault {
    /// What to write.
    pub fn fix(self) -> (&'static str, &'static str) {
        match self {
            Self::NoSignature => {
                ("短信要以【签名】开头，例如【示范珠宝】", "begin the text message with the sender's name in 【】")
            }
            Self::NoOptOut => ("短信要以「拒收请回复R」结尾", "end the text message with “Reply R to opt out”"),
        }
    }
}

/// What the text of a message must have and lacks. The first of the faults is named.
pub fn sms_fault(text: &str, lang: Lang) -> Option<SmsFault> {
    if !has_signature(text.trim()) {
        return Some(SmsFault::NoSignature);
    }
    let plain: String = text.nfkc().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    let ends: &[&str] = match lang {
        Lang::Zh => &["拒收请回复r", "退订回复r", "退订回r"],
        Lang::En => &["replyrtooptout", "拒收请回复r"],
    };
    (!ends.iter().any(|end| plain.ends_with(end))).then_some(SmsFault::NoOptOut)
}

fn has_signature(text: &str) -> bool {
    let signature = text.strip_prefix('【').and_then(|rest| rest.split_once('】')).map(|(signature, _)| signature);
    signature.is_some_and(|name| (2..=20).contains(&name.trim().chars().count()) && !name.contains(['{', '【']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chinese_text_message_has_70_characters_or_parts_of_67() {
        for (n_chars, n_parts) in [(0, 0), (1, 1), (70, 1), (71, 2), (134, 2), (135, 3), (201, 3), (202, 4)] {
            assert_eq!(sms_parts(&"好".repeat(n_chars)), n_parts, "{n_chars}");
        }
        assert_eq!(sms_parts(&format!("{}😀", "好".repeat(68))), 1, "an emoji takes two places");
        assert_eq!(sms_parts(&format!("{}😀", "好".repeat(69))), 2);
    }

    #[test]
    fn a_text_message_in_plain_letters_has_160_characters_or_parts_of_153() {
        for (n_chars, n_parts) in [(160, 1), (161, 2), (306, 2), (307, 3)] {
            assert_eq!(sms_parts(&"a".repeat(n_chars)), n_parts, "{n_chars}");
        }
        assert_eq!(sms_parts(&format!("{}[", "a".repeat(158))), 1, "a bracket takes two places");
        assert_eq!(sms_parts(&format!("{}[", "a".repeat(159))), 2);
    }

    #[test]
    fn each_channel_has_its_own_limit_and_speech_has_none() {
        for (channel, longest, unit) in [
            (Channel::Wecom, 600, Unit::Chars),
            (Channel::OfficialAccount, 600, Unit::Chars),
            (Channel::Group, 300, Unit::Chars),
            (Channel::Moments, 300, Unit::Chars),
            (Channel::Card, 200, Unit::Chars),
            (Channel::Sms, 201, Unit::SmsParts),
        ] {
            assert_eq!(excess(channel, &"好".repeat(longest)), None, "{channel:?}");
            let excess = excess(channel, &"好".repeat(longest + 1)).unwrap();
            assert_eq!((excess.n, excess.unit), (excess.most + 1, unit), "{channel:?}");
        }
        for channel in [Channel::Phone, Channel::Visit, Channel::Unknown] {
            assert_eq!(excess(channel, &"好".repeat(2_000)), None, "{channel:?}");
        }
    }

    #[test]
    fn a_text_message_begins_with_its_sender_and_ends_with_the_way_out() {
        use SmsFault::{NoOptOut, NoSignature};
        for (text, fault) in [
            ("【示范珠宝】您好。拒收请回复R", None),
            (" 【示范珠宝】您好。拒收请回复Ｒ。", None),
            ("【示范珠宝】您好。拒收请回复 r", None),
            ("您好【示范珠宝】。拒收请回复R", Some(NoSignature)),
            ("【】您好。拒收请回复R", Some(NoSignature)),
            ("【{门店}】您好。拒收请回复R", Some(NoSignature)),
            ("【示范珠宝 您好。拒收请回复R", Some(NoSignature)),
            ("【示范珠宝】您好。", Some(NoOptOut)),
            ("【示范珠宝】拒收请回复R，您好。", Some(NoOptOut)),
        ] {
            assert_eq!(sms_fault(text, Lang::Zh), fault, "{text}");
        }
        assert_eq!(sms_fault("【Demo Jeweller】Hello. Reply R to opt out", Lang::En), None);
        assert_eq!(sms_fault("【Demo Jeweller】Hello. Bye", Lang::En), Some(NoOptOut));
    }
}
