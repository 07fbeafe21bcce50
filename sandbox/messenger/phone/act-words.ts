// The app's words for what can be done with a message, and for what was done to one, in the person's language.
// English stands in for languages without a row, as in words.ts.

/** The words. */
export type ActWords = {
  readonly more: string
  readonly react: string
  readonly reactions: Readonly<Record<"love" | "smile" | "wow" | "sad" | "angry" | "like", string>>
  readonly reply: string
  readonly edit: string
  readonly unsend: string
  readonly editing: string
  readonly replying: string
  readonly cancel: string
  readonly edited: string
  readonly unsent: string
  readonly reacted: string
  readonly handed: string
  readonly returned: string
  readonly photo: string
  readonly audio: string
  readonly video: string
  readonly file: string
  readonly sticker: string
  readonly place: string
  readonly outOf: string
}

const ENGLISH: ActWords = {
  more: "More about this message",
  react: "React",
  reactions: { love: "Love", smile: "Haha", wow: "Wow", sad: "Sad", angry: "Angry", like: "Like" },
  reply: "Reply",
  edit: "Edit",
  unsend: "Unsend",
  editing: "Editing a message",
  replying: "Replying",
  cancel: "Cancel",
  edited: "Edited",
  unsent: "This message was unsent",
  reacted: "Reactions",
  handed: "A person has taken over this conversation",
  returned: "Automated replies are back",
  photo: "Photo",
  audio: "Audio",
  video: "Video",
  file: "File",
  sticker: "Sticker",
  place: "Location",
  outOf: "of",
}

const WORDS: Readonly<Record<string, ActWords>> = {
  en: ENGLISH,
  ar: {
    more: "المزيد عن هذه الرسالة",
    react: "تفاعل",
    reactions: {
      love: "أحببته",
      smile: "أضحكني",
      wow: "أدهشني",
      sad: "أحزنني",
      angry: "أغضبني",
      like: "أعجبني",
    },
    reply: "رد",
    edit: "تعديل",
    unsend: "إلغاء الإرسال",
    editing: "تعديل رسالة",
    replying: "رد على رسالة",
    cancel: "إلغاء",
    edited: "تم التعديل",
    unsent: "تم إلغاء إرسال هذه الرسالة",
    reacted: "التفاعلات",
    handed: "تولّى أحد الموظفين هذه المحادثة",
    returned: "عادت الردود الآلية",
    photo: "صورة",
    audio: "مقطع صوتي",
    video: "فيديو",
    file: "ملف",
    sticker: "ملصق",
    place: "الموقع",
    outOf: "من",
  },
  he: {
    ...ENGLISH,
    more: "עוד על ההודעה",
    react: "תגובה",
    reactions: { love: "אהבתי", smile: "מצחיק", wow: "וואו", sad: "עצוב", angry: "כועס", like: "לייק" },
    reply: "השב",
    edit: "עריכה",
    unsend: "ביטול שליחה",
    editing: "עריכת הודעה",
    replying: "השבה להודעה",
    cancel: "ביטול",
    edited: "נערך",
    unsent: "שליחת ההודעה בוטלה",
    reacted: "תגובות",
    handed: "נציג אנושי הצטרף לשיחה",
    returned: "התשובות האוטומטיות חזרו",
    photo: "תמונה",
    audio: "שמע",
    video: "סרטון",
    file: "קובץ",
    sticker: "מדבקה",
    place: "מיקום",
    outOf: "מתוך",
  },
  de: {
    ...ENGLISH,
    more: "Mehr zu dieser Nachricht",
    react: "Reagieren",
    reactions: {
      love: "Love",
      smile: "Haha",
      wow: "Wow",
      sad: "Traurig",
      angry: "Wütend",
      like: "Gefällt mir",
    },
    reply: "Antworten",
    edit: "Bearbeiten",
    unsend: "Zurückrufen",
    editing: "Nachricht bearbeiten",
    replying: "Antwort",
    cancel: "Abbrechen",
    edited: "Bearbeitet",
    unsent: "Diese Nachricht wurde zurückgerufen",
    reacted: "Reaktionen",
    handed: "Ein Mensch hat diese Unterhaltung übernommen",
    returned: "Automatische Antworten sind zurück",
    photo: "Foto",
    file: "Datei",
    place: "Standort",
    outOf: "von",
  },
  es: {
    ...ENGLISH,
    more: "Más sobre este mensaje",
    react: "Reaccionar",
    reactions: {
      love: "Me encanta",
      smile: "Me divierte",
      wow: "Me asombra",
      sad: "Me entristece",
      angry: "Me enoja",
      like: "Me gusta",
    },
    reply: "Responder",
    edit: "Editar",
    unsend: "Anular envío",
    editing: "Editando un mensaje",
    replying: "Respondiendo",
    cancel: "Cancelar",
    edited: "Editado",
    unsent: "Se anuló el envío de este mensaje",
    reacted: "Reacciones",
    handed: "Una persona atiende ahora esta conversación",
    returned: "Vuelven las respuestas automáticas",
    photo: "Foto",
    file: "Archivo",
    place: "Ubicación",
    outOf: "de",
  },
  fr: {
    ...ENGLISH,
    more: "Plus sur ce message",
    react: "Réagir",
    reactions: { love: "J'adore", smile: "Haha", wow: "Waouh", sad: "Triste", angry: "Grrr", like: "J'aime" },
    reply: "Répondre",
    edit: "Modifier",
    unsend: "Annuler l'envoi",
    editing: "Modification d'un message",
    replying: "Réponse",
    cancel: "Annuler",
    edited: "Modifié",
    unsent: "L'envoi de ce message a été annulé",
    reacted: "Réactions",
    handed: "Une personne a repris cette conversation",
    returned: "Les réponses automatiques sont de retour",
    photo: "Photo",
    file: "Fichier",
    place: "Position",
    outOf: "sur",
  },
}

/** The words for a locale like `ar_AR`. */
export const actWordsFor = (locale: string): ActWords => WORDS[locale.split("_")[0] ?? ""] ?? ENGLISH
