"""Words of scams for tests of disguise: common ones, written down for the tests, not taken from any set."""

_CHINESE = (
    "微信 加微信 微信号 微信群 贷款 转账 汇款 银行 银行卡 信用卡 验证码 客服 公安 公安局 警察 民警 检察院 法院 传票 通缉 洗钱 涉嫌 冻结 解冻 安全账户 投资 理财 股票 基金 期货 外汇 内幕 涨停 "
    "老师 带单 推荐 收益 利息 额度 征信 逾期 低息 无抵押 放款 套现 刷单 兼职 充值 提现 返利 返现 佣金 垫付 任务 中奖 领取 奖金 奖品 彩票 博彩 赌博 娱乐城 棋牌 链接 点击 下载 平台 退款 理赔 赔付 税务 补贴 "
    "免费 会员 密码 身份证 支付宝 账户 账号 实名 认证 注销 失效 升级 积分 兑换 手续费 保证金 定金 押金 群主 快递 包裹 海关 航班 改签 代办 发票 学历 办证 赚钱 日结 高薪 招聘 出国 柬埔寨 缅甸 "
    "交友 约会 裸聊 视频 屏幕共享 远程 扣费 白条 注册 登录 恭喜 尊敬的 电话 手机 钱 红包 警方 保密 转到 打款 收款 付款 激活 资金 流水 担保 抵押 证券 财富 暴利 稳赚 投注 下注 开奖 特码"
)
_ENGLISH = (
    "verify account bank paypal password click link urgent suspended winner claim prize bitcoin investment confirm security login telegram whatsapp transfer "
    "refund gift card money phone profit guaranteed crypto wallet deposit withdraw customs parcel delivery loan credit lottery congratulations police arrest warrant "
    "immediately expire update billing payment invoice amazon netflix apple support unlock limited offer earn income salary hiring remote"
)
CHINESE = tuple(_CHINESE.split())
ENGLISH = tuple(_ENGLISH.split())
