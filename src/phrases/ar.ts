// Every sentence the chat says, in Arabic. Same keys and values as en.ts, checked by type and by test.
// Gender-neutral where Arabic allows: verbal nouns and the polite plural.

import type { PhraseKey } from "./en.ts"

export const ar: Readonly<Record<PhraseKey, string>> = {
  welcome:
    "مرحبًا، أنا المساعد الآلي لدى {bank}. يمكنكم ربط الحساب لمعرفة الأرصدة وتنبيهات المدفوعات والاحتيال. لا شيء مفعّل حتى تختاروه، ولا أطلب أبدًا رقمًا سريًا أو كلمة مرور.",
  how_it_works:
    "يكون تسجيل الدخول لدى {bank} نفسه، ثم اختيار الحسابات والأغراض، ثم كتابة رمز هنا. تُستخدم بياناتكم لما تفعّلونه فقط، وكلمة ''إيقاف'' تنهي ذلك.",
  hello_linked: "مرحبًا، أنا المساعد الآلي لدى {bank}. ماذا تودّون أن تروا؟",
  help_linked: "أعرض الأرصدة والمدفوعات وأخبركم بما فعّلتموه. اكتبوا ''إيقاف'' لإنهاء الرسائل.",
  help_unlinked: "بعد ربط الحساب أعرض الأرصدة والمدفوعات. لبطاقة مفقودة أو احتيال، اتصلوا بـ{bank}.",
  not_understood: "لم أفهم ذلك. يمكنني القيام بما يلي:",
  not_understood_twice: "ما زلت لا أفهم. يمكنكم الاتصال بـ{bank} أو اختيار أحد هذه:",
  too_many: "هذا كثير دفعة واحدة. سأجيب مجددًا بعد دقيقة.",
  attachment_only: "أقرأ النص فقط. يمكنني القيام بما يلي:",

  connect_first: "هذا يحتاج إلى حسابكم. اربطوه أولًا عبر صفحة الدخول لدى {bank}.",
  link_again: "انتهى ارتباطكم مع {bank}. يمكنكم الربط مجددًا متى شئتم.",
  link_offered:
    "بقيت خطوة. اكتبوا الأرقام الستة التي عرضتها صفحة {bank} لربط {accounts}. هي لربط هذه المحادثة فقط، ولن يطلب منكم أحد أي رمز آخر.",
  code_wrong:
    "هذا ليس الرمز المعروض في الصفحة. {tries, plural, one {بقيت محاولة واحدة} two {بقيت محاولتان} few {بقيت # محاولات} other {بقيت # محاولة}}.",
  code_failed: "لم يُربط شيء. يمكنكم البدء من جديد متى شئتم.",
  offer_expired: "انتهت دقائق الرمز العشر. لم يُربط شيء، ويمكنكم البدء من جديد متى شئتم.",
  link_too_late: "لم يعد هذا الرابط صالحًا. لم يُربط شيء، ويمكنكم البدء من جديد متى شئتم.",
  link_elsewhere: "فُتح هذا الرابط في محادثة أخرى أيضًا فأوقفته. لم يُربط شيء، ويمكنكم البدء من جديد متى شئتم.",
  link_failed: "تعذّر إتمام الربط. لم يُربط شيء، ويمكنكم البدء من جديد متى شئتم.",
  connected:
    "تم الربط: {accounts}. المفعّل: {purposes}. حتى {until}. جرّبوا ''الرصيد''. للإنهاء اكتبوا ''إيقاف''.",
  connected_nothing_on: "تم الربط: {accounts}. لا شيء مفعّل بعد. حتى {until}. للإنهاء اكتبوا ''إيقاف''.",

  link_idle: "انتهى ارتباطكم مع {bank}: لم يُرسل شيء ولم يُطلب شيء منذ عام. يمكنكم الربط مجددًا متى شئتم.",
  purpose_on: "مفعّل الآن: {purposes}.",
  change_failed: "تعذّر التغيير، وبقي كل شيء كما كان. حاولوا مجددًا بعد قليل.",
  purpose_off: "لم تفعّلوا ذلك لهذه المحادثة. اربطوا الحساب مجددًا لاختياره.",
  consent_expired: "انتهى ارتباطكم مع {bank} في {date}. يمكنكم الربط مجددًا متى شئتم.",
  looking: "أبحث عن ذلك لدى {bank}.",
  balance_line: "{account}: {amount} متاح، الساعة {time}.",
  balance_line_booked: "{account}: {amount} مقيّد، الساعة {time}.",
  balance_line_owed: "{account}: {amount} مستحق، الساعة {time}.",
  balance_line_overdrawn: "{account}: مكشوف بمبلغ {amount}، الساعة {time}.",
  balance_line_credit: "{account}: {amount} رصيد دائن، الساعة {time}.",
  balance_line_none: "{account}: لم يعطِ {bank} رصيدًا.",
  bank_down: "{bank} لا يجيب الآن. ارتباطكم سليم.",
  bank_quota: "يسمح {bank} بالاطلاع مرات قليلة في اليوم، وقد انتهت مرات اليوم. ارتباطكم سليم، فاسألوني غدًا.",
  bank_refused: "لم يعطِ {bank} ذلك. ارتباطكم سليم، وقد يعرض تطبيق البنك المزيد.",
  step_up: "يريد {bank} التحقق منكم أولًا. سجّلوا الدخول لدى البنك ثم اسألوا مجددًا.",
  link_ended_by_bank: "لم يعد {bank} يقبل هذا الارتباط، فأنهيته هنا. يمكنكم الربط مجددًا متى شئتم.",
  choose_account: "أي حساب؟",
  transactions_title: "{account}، الأحدث أولًا:",
  transactions_more: "{account}، أقدم من ذلك:",
  transactions_none: "{account}: لا مدفوعات لعرضها.",
  transactions_end: "{account}: لا مدفوعات أقدم.",
  transaction_line:
    "{date}: {direction, select, in {وارد} other {مدفوع}} {amount}، {description}{pending, select, yes { (معلّق)} other {}}",

  stop: "أُوقفت كل الرسائل من {bank}، ومنها تنبيهات الاحتيال. ينتهي ارتباطكم بعد 7 أيام.",
  stop_kept_fraud: "أُوقف كل شيء ما عدا تنبيهات الاحتيال. ارتباطكم باقٍ. اكتبوا ''إيقاف'' مجددًا لإنهائها أيضًا.",
  stop_undone: "تم التراجع. رسائلكم من {bank} كما كانت.",
  stop_now: "انتهى الارتباط. لن يرسل {bank} شيئًا هنا، وما ربطتموه أُزيل من هذه الخدمة.",
  stop_ended: "انتهى ارتباطكم مع {bank} كما طلبتم قبل 7 أيام. يمكنكم الربط مجددًا متى شئتم.",
  stop_nothing: "لا شيء مرتبط، فلن يُرسل شيء.",
  log_out: "سجّلتم الخروج، فانتهى ارتباطكم مع {bank}. يمكنكم الربط مجددًا متى شئتم.",
  urgent: "اتصلوا بـ{bank} الآن، في أي ساعة. يمكنهم إيقاف البطاقة فورًا.",
  human: "للحديث مع شخص، اتصلوا بـ{bank}. أنا المساعد الآلي هنا.",
  delete_data:
    "إنهاء الارتباط يوقف كل استخدام لبياناتكم هنا. لمحو ما يجوز لـ{bank} الاحتفاظ به قانونًا، اتصلوا به.",
  my_data:
    "المفعّل: {purposes}، لـ{accounts}، حتى {until}. صفحة ''بياناتي'' تغيّر ذلك وتعرض من استخدم بياناتكم، وزرها صالح 5 دقائق ولمرة واحدة.",
  my_data_nothing_on:
    "المرتبط: {accounts}، حتى {until}، ولا شيء مفعّل. صفحة ''بياناتي'' تغيّر ذلك، وزرها صالح 5 دقائق ولمرة واحدة.",
  my_data_stopped:
    "الرسائل متوقفة وينتهي ارتباطكم في {date}. صفحة ''بياناتي'' تعرض ما هو محفوظ، وزرها صالح 5 دقائق ولمرة واحدة.",
  my_data_unlinked:
    "لا شيء مرتبط. صفحة ''بياناتي'' تعرض ما هو محفوظ عنكم وتمحوه، وزرها صالح 5 دقائق ولمرة واحدة.",
  redacted: "يبدو هذا رقم بطاقة. لم أحتفظ به، لكنه ما زال في ماسنجر: اضغطوا مطولًا على رسالتكم لإزالته.",
  language_choose: "أي لغة؟",
  language_set: "سأكتب بالعربية.",

  fraud:
    "تحقق من احتيال من {bank}: {amount} لدى {merchant}، {when}، البطاقة \u2066••{last4}\u2069. {action}هل كان هذا منكم؟",
  fraud_hidden:
    "تحقق من احتيال من {bank}: دفعة لدى {merchant}، {when}، البطاقة \u2066••{last4}\u2069. {action}هل كان هذا منكم؟",
  fraud_reminder: "تذكير. {text}",
  fraud_card_paused: "أوقفنا البطاقة مؤقتًا. ",
  fraud_yes: "شكرًا، وصل جوابكم إلى {bank}.",
  fraud_no: "وصل بلاغكم إلى {bank} الساعة {time}. سيتواصلون معكم، ويمكنكم الاتصال الآن أيضًا.",
  fraud_unreachable: "تعذّر الوصول إلى {bank}، فلم يصل جوابكم بعد. اتصلوا الآن من فضلكم.",
  fraud_step_up: "يريد {bank} تأكيد ذلك معكم. سجّلوا الدخول لدى البنك للإجابة.",
  fraud_closed: "أُغلق هذا السؤال. الدفعة ليست منكم؟ اتصلوا بـ{bank}.",
  fraud_missed: "سؤال عن احتيال من {bank} ينتظركم في تطبيقه.",
  transaction: "{account}: {direction, select, in {وارد} other {مدفوع}} {amount}، {merchant}، {when}.",
  transaction_hidden: "{account}: دفعة، {merchant}، {when}.",
  balance_update: "{account}: {amount} متاح، الساعة {time}.",
  balance_update_booked: "{account}: {amount} مقيّد، الساعة {time}.",
  balance_update_hidden: "{account}: تغيّر رصيدكم، الساعة {time}.",
  someone: "تاجر",
  just_now: "اليوم {time}",
  on_day: "{date}، {time}",

  purpose_balance_updates: "الأرصدة",
  purpose_transaction_alerts: "المدفوعات",
  purpose_fraud_alerts: "تنبيهات الاحتيال",
  purpose_receipts: "الإيصالات",
  purpose_shipping_updates: "الطرود",
  purpose_account_service: "الأسئلة هنا",
  purpose_support_chat: "التفاصيل للموظفين",

  kind_checking: "جارٍ",
  kind_savings: "توفير",
  kind_card: "بطاقة",
  kind_loan: "قرض",
  kind_other: "حساب",

  ice_connect: "ربط حسابي",
  ice_safe: "هل هذا آمن؟",

  balance_button: "الرصيد",
  transactions_button: "المدفوعات",
  more_button: "مدفوعات أقدم",
  help_button: "مساعدة",
  stop_button: "إيقاف",
  connect_button: "ربط الحساب",
  connect_browser_button: "الربط عبر المتصفح",
  no_code_button: "لم أرَ الرمز",
  how_button: "كيف يعمل",
  human_button: "التحدث إلى شخص",
  urgent_button: "بطاقة مفقودة",
  language_button: "اللغة",
  my_data_button: "بياناتي",
  my_data_menu_button: "بياناتي والإيقاف",
  try_again_button: "محاولة أخرى",
  call_button: "الاتصال بالبنك",
  open_bank_button: "فتح البنك",
  keep_fraud_button: "إبقاء الاحتيال",
  disconnect_button: "إنهاء الآن",
  undo_button: "تراجع",
  fraud_yes_button: "نعم، أنا",
  fraud_no_button: "لا، ليس أنا",
}
