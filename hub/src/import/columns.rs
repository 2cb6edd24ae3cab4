//! The columns of the files, with every name by which a header may call them.

/// One column.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its name here and in the docs.
    pub name: &'static str,
    /// Other names, English and Chinese. Case, spaces, `_` and `-` make no difference.
    pub aliases: &'static [&'static str],
    /// Whether a file without it is refused.
    pub need: Need,
}

/// Whether a file must have a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// It must.
    Required,
    /// It may.
    Optional,
}

const fn required(name: &'static str, aliases: &'static [&'static str]) -> Column {
    Column { name, aliases, need: Need::Required }
}

const fn optional(name: &'static str, aliases: &'static [&'static str]) -> Column {
    Column { name, aliases, need: Need::Optional }
}

const CUSTOMER_ID: Column = required(
    "customer_id",
    &[
        "customer",
        "customer_no",
        "member_id",
        "member_no",
        "客户编号",
        "客户号",
        "顾客编号",
        "会员编号",
        "会员号",
        "会员卡号",
    ],
);
const STORE: Column = optional("store", &["store_id", "shop", "shop_id", "门店", "门店编号", "店铺"]);

/// The column of a file that only names customers.
pub const ID_COLUMNS: [Column; 1] = [CUSTOMER_ID];

/// The columns of a file of purchases.
pub const PURCHASE_COLUMNS: [Column; 10] = [
    CUSTOMER_ID,
    required(
        "purchased_on",
        &[
            "date",
            "bought_on",
            "purchase_date",
            "sale_date",
            "order_date",
            "消费日期",
            "购买日期",
            "销售日期",
            "成交日期",
            "下单日期",
            "日期",
        ],
    ),
    required(
        "amount",
        &["amount_yuan", "total", "金额", "实付金额", "实收金额", "消费金额", "销售金额", "成交金额", "购买金额"],
    ),
    optional("quantity", &["qty", "pieces", "数量", "件数"]),
    optional("sale_no", &["sale_number", "order_no", "receipt_no", "单号", "销售单号", "小票号", "订单号", "流水号"]),
    optional(
        "returns_sale_no",
        &["returns", "original_sale_no", "原单号", "原销售单号", "退货原单号", "退货单对应单号"],
    ),
    optional("item", &["item_name", "product", "product_name", "商品", "商品名称", "品名", "货品名称"]),
    optional("category", &["style", "款型", "品类", "类别"]),
    optional("material", &["材质"]),
    STORE,
];

/// The columns of a file of customers.
pub const CUSTOMER_COLUMNS: [Column; 16] = [
    CUSTOMER_ID,
    optional("name", &["customer_name", "full_name", "姓名", "客户姓名", "客户名称", "顾客姓名", "会员姓名"]),
    optional("salutation", &["称呼"]),
    optional("phone", &["mobile", "tel", "phone_no", "手机", "手机号", "手机号码", "电话", "联系电话"]),
    STORE,
    optional("tier", &["客户分层", "分层"]),
    optional("birthday", &["birth_date", "date_of_birth", "生日", "出生日期"]),
    optional("birthday_calendar", &["calendar", "生日历法", "历法"]),
    optional(
        "since_on",
        &["since", "member_since", "joined_on", "created_on", "建档日期", "入会日期", "注册日期", "开卡日期"],
    ),
    optional("tags", &["标签"]),
    optional("wecom_on", &["wecom_since", "wecom_added_on", "企微添加日期", "加好友日期"]),
    optional("lead_on", &["lead_since", "线索日期", "留资日期"]),
    optional("wedding_on", &["wedding_date", "wedding", "婚期", "婚礼日期"]),
    optional("anniversaries", &["anniversary", "yearly_dates", "纪念日"]),
    optional("links", &["relations", "people", "关系人", "关联客户"]),
    optional("do_not_contact", &["dnc", "免打扰", "请勿打扰"]),
];

/// The columns of a file of records. Which of them a row needs depends on its kind.
pub const RECORD_COLUMNS: [Column; 29] = [
    CUSTOMER_ID,
    required("kind", &["record", "record_kind", "类型", "记录类型"]),
    optional("on", &["as_of", "issued_on", "received_on", "日期", "发放日期", "收件日期", "统计日期", "登记日期"]),
    optional("until_on", &["until", "valid_until", "expires_on", "有效期至", "到期日", "截止日期", "保密至"]),
    optional("no", &["number", "coupon_no", "ticket_no", "编号", "券码", "券号", "工单号"]),
    optional("name", &["coupon", "coupon_name", "券名", "名称"]),
    optional("coupon_kind", &["coupon_type", "券种"]),
    optional("face", &["face_value", "面额"]),
    optional("redeemed_on", &["used_on", "核销日期"]),
    optional("voided_on", &["void_on", "作废日期"]),
    optional("work", &["job", "工作内容", "维修内容"]),
    optional("item", &["item_name", "piece", "商品", "商品名称", "货品名称"]),
    optional("promised_on", &["预计完成日期", "预计完成"]),
    optional("ready_on", &["finished_on", "完成日期"]),
    optional("collected_on", &["取件日期"]),
    optional("level", &["等级", "会员等级"]),
    optional("to_next", &["to_next_level", "距升级"]),
    optional("next", &["next_level_at", "升级门槛"]),
    optional("balance", &["points", "积分", "积分余额"]),
    optional("risk", &["风险", "流失风险"]),
    optional("reason", &["原因", "风险原因"]),
    optional("event", &["life_event", "事件"]),
    optional("event_on", &["事件日期"]),
    optional("told_by_customer", &["told", "客户告知"]),
    optional("channel", &["渠道"]),
    optional("allowed", &["consent", "允许", "是否允许"]),
    optional("person", &["secret_from", "对象", "对象客户编号"]),
    optional("sale_no", &["sale_number", "order_no", "receipt_no", "销售单号", "小票号", "订单号"]),
    STORE,
];
