// Every sentence of the bank's customer pages, English and Arabic. The desk is for developers and stays
// English (desk/). Sentences that hold a value are functions, so that a missing one does not compile.

export type Language = "en" | "ar"

export type Words = typeof EN

const EN = {
  direction: "ltr" as "ltr" | "rtl",
  bank: "Harbourline Bank",
  step: (n: number) => `Step ${n} of 3`,
  practice: "Harbourline is a practice bank. None of this is real money.",
  homeTitle: "Your bank, in Messenger",
  homeText:
    "Balances, payment alerts and fraud warnings in a chat of your own. You log in here and choose what it may tell you.",
  homeConnect: "Connect Messenger",
  homeDesk: "For developers: the bank's desk",
  places: {
    app: {
      title: "The Harbourline app",
      text: "On a phone this address opens the app. In practice it is this page; nothing more happens here.",
    },
    help: {
      title: "Help",
      text: "Cards, payments, your account: a real bank answers here. Ours has nothing to fix.",
    },
    complaints: {
      title: "Make a complaint",
      text: "A real bank takes complaints here and says when it will answer.",
    },
  },
  wayOut: "Cancel and go back",
  loginTitle: "Log in to your bank",
  loginLead: (client: string) =>
    `${client} asks to connect to your account. You choose what it sees in a moment.`,
  userName: "User name",
  password: "Password",
  loginHint: "To try it: ana, ben or chi, with the password demo.",
  next: "Continue",
  wrongLogin: (left: number) =>
    `The user name or the password is not right. Nothing was shared. ${left === 1 ? "1 try" : `${left} tries`} left.`,
  factorTitle: "Confirm that it is you",
  factorLead: "Open your Harbourline app and type the 6 digits it shows.",
  factorLabel: "6-digit code",
  factorHint: "To try it, the code is 000000.",
  wrongFactor: (left: number) =>
    `That is not the code. Nothing was shared. ${left === 1 ? "1 try" : `${left} tries`} left.`,
  consentTitle: "Choose what to share",
  consentLead: (client: string) =>
    `${client} writes to you in Messenger for Harbourline Bank. It sees only what you allow here.`,
  who: "For",
  accounts: "Which accounts",
  jointWith: (name: string) => `Joint with ${name}`,
  owed: "owed",
  what: "What it may see",
  actions: {
    list_accounts: "Names of the accounts and their last four digits",
    read_balances: "Balances",
    read_transactions: "Payments of the last 24 months, and new ones",
  },
  until: "Until",
  never:
    "It cannot move money or see your full account number. You can end this here or in the chat at any time.",
  noAccount: "Choose at least one account, or do not allow it.",
  allow: "Allow",
  deny: "Do not allow",
  expiredTitle: "This login has ended",
  expiredText:
    "It was open for more than 20 minutes, or was finished in another window. Nothing more was shared.",
  brokenTitle: "This did not work",
  brokenText: "The request to connect was not in order. Nothing was shared, and your account is safe.",
  doNext: "Go back to Messenger and tap Log In again.",
  close: "You can close this page.",
}

const tries = (left: number): string =>
  left === 1 ? "بقيت محاولة واحدة." : left === 2 ? "بقيت محاولتان." : `بقيت ${left} محاولات.`

const AR: Words = {
  direction: "rtl",
  bank: "بنك هاربرلاين",
  step: (n) => `الخطوة ${n} من 3`,
  practice: "هاربرلاين بنك للتجربة. لا شيء هنا مال حقيقي.",
  homeTitle: "بنككم في ماسنجر",
  homeText:
    "الأرصدة وتنبيهات المدفوعات والاحتيال في محادثة خاصة بكم. تسجّلون الدخول هنا وتختارون ما يجوز أن تخبركم به.",
  homeConnect: "ربط ماسنجر",
  homeDesk: "للمطورين: مكتب البنك",
  places: {
    app: {
      title: "تطبيق Harbourline",
      text: "على الهاتف يفتح هذا العنوان التطبيق. هنا للتجربة هو هذه الصفحة فقط ولا يحدث شيء آخر.",
    },
    help: {
      title: "المساعدة",
      text: "البطاقات والمدفوعات والحساب: هنا يجيب بنك حقيقي. أما بنكنا فليس فيه ما يحتاج إلى إصلاح.",
    },
    complaints: {
      title: "تقديم شكوى",
      text: "هنا يستقبل البنك الحقيقي الشكاوى ويقول متى سيجيب.",
    },
  },
  wayOut: "إلغاء والعودة",
  loginTitle: "تسجيل الدخول إلى بنكك",
  loginLead: (client) => `يطلب \u2068${client}\u2069 الاتصال بحسابك. بعد قليل تختار ما يمكنه رؤيته.`,
  userName: "اسم المستخدم",
  password: "كلمة المرور",
  loginHint: "للتجربة: \u2068ana\u2069 أو \u2068ben\u2069 أو \u2068chi\u2069، وكلمة المرور \u2068demo\u2069.",
  next: "متابعة",
  wrongLogin: (left) => `اسم المستخدم أو كلمة المرور غير صحيح. لم يُشارك شيء. ${tries(left)}`,
  factorTitle: "تأكيد هويتك",
  factorLead: "افتح تطبيق هاربرلاين واكتب الأرقام الستة الظاهرة فيه.",
  factorLabel: "رمز من 6 أرقام",
  factorHint: "للتجربة، الرمز هو \u2068000000\u2069.",
  wrongFactor: (left) => `هذا ليس الرمز. لم يُشارك شيء. ${tries(left)}`,
  consentTitle: "اختر ما تريد مشاركته",
  consentLead: (client) =>
    `يراسلك \u2068${client}\u2069 عبر Messenger نيابةً عن بنك هاربرلاين، ولا يرى إلا ما تسمح به هنا.`,
  who: "صاحب الحساب",
  accounts: "الحسابات",
  jointWith: (name) => `حساب مشترك مع \u2068${name}\u2069`,
  owed: "مستحق",
  what: "ما يمكنه رؤيته",
  actions: {
    list_accounts: "أسماء الحسابات وآخر أربعة أرقام منها",
    read_balances: "الأرصدة",
    read_transactions: "المدفوعات خلال آخر 24 شهرًا والجديدة منها",
  },
  until: "حتى",
  never: "لا يمكنه تحويل الأموال ولا رؤية رقم حسابك الكامل. يمكنك إنهاء ذلك هنا أو في المحادثة في أي وقت.",
  noAccount: "اختر حسابًا واحدًا على الأقل، أو اضغط «عدم السماح».",
  allow: "السماح",
  deny: "عدم السماح",
  expiredTitle: "انتهت صلاحية تسجيل الدخول هذا",
  expiredText: "بقي مفتوحًا أكثر من 20 دقيقة أو اكتمل في نافذة أخرى. لم يُشارك شيء آخر.",
  brokenTitle: "تعذّر إتمام ذلك",
  brokenText: "طلب الاتصال غير سليم. لم يُشارك شيء، وحسابك آمن.",
  doNext: "عُد إلى Messenger واضغط «تسجيل الدخول» من جديد.",
  close: "يمكنك إغلاق هذه الصفحة.",
}

export const WORDS: Readonly<Record<Language, Words>> = { en: EN, ar: AR }

/** The first language asked for that the bank speaks: `ui_locales` (space separated), then `Accept-Language`. */
export function languageOf(uiLocales: unknown, acceptLanguage: string | null | undefined): Language {
  const asked = [
    ...(typeof uiLocales === "string" ? uiLocales.split(" ") : []),
    ...(acceptLanguage ?? "").split(",").map((part) => part.split(";")[0]?.trim() ?? ""),
  ]
  for (const tag of asked) {
    const language = tag.toLowerCase().split(/[-_]/)[0]
    if (language === "en" || language === "ar") return language
  }
  return "en"
}
