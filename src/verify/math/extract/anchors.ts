/** Phrases that an answer follows, the surest first. */
const FINAL =
  /final answer(?:\s+is)?|final\s+result\s+is|最终答案|最后答案|réponse finale|respuesta final|resposta final|окончательный ответ|الإجابة النهائية|endgültige antwort/gi;
const PLAIN =
  /answers?\s*(?:is|are|=|:|would be|must be|equals)|\bans(?:wer)?\s*:|答案|答：|réponse\s*(?:est|:)|respuesta\s*(?:es|:)|resposta\s*(?:é|:)|ответ|antwort\s*(?:ist|lautet|:)|risposta\s*(?:è|:)|الإجابة|الجواب|정답|답은|答え|उत्तर|jawaban(?:nya)?/gi;

const THEREFORE =
  /(?:therefore|thus|hence|so|in conclusion|因此|所以|donc|por lo tanto|поэтому|also|daher|portanto|لذا)(?![a-z])/gi;

/** "The answer is not 5" announces nothing. */
const DENIED = /^[\s*_]*(?:not|n't|never|nicht|pas|no es|не)(?![\p{L}])/iu;
const LEAD = /^(?:[\s:：*_=>"'“]|\\+"|\b(?:is|are|to be|est|es|ist|é|è|是|为|は|то)(?![A-Za-zÀ-ÿ]))+/i;
const SENTENCE_END = /[.!?](?=["'*)\]]{0,3}(?:\s|$))|。|！|？|\n\s*\n|<\|/;
const MAX_SENTENCE = 1200;

/** The rest of the sentence behind the last phrase that announces an answer. */
export function answerSentence(text: string): string | undefined {
  for (const phrase of [FINAL, PLAIN]) {
    const found = lastMatch(text, phrase);
    if (!found) continue;
    const rest = text.slice(found.index + found[0].length).slice(0, MAX_SENTENCE);
    const lead = LEAD.exec(rest)?.[0].length ?? 0;
    const sentence = untilEnd(rest.slice(lead));
    if (sentence.trim() !== "") return sentence;
  }
  return undefined;
}

/** The text's last sentence, if it draws a conclusion and no formula comes after its beginning. */
export function concludingSentence(text: string, lastFormula: number): string | undefined {
  const found = lastMatch(text, THEREFORE);
  if (!found || found.index < lastFormula) return undefined;
  const rest = text.slice(found.index + found[0].length).trim();
  const end = SENTENCE_END.exec(rest);
  return rest.length > MAX_SENTENCE || (end && end.index + 2 < rest.length) ? undefined : rest;
}

function lastMatch(text: string, pattern: RegExp): RegExpExecArray | undefined {
  let last: RegExpExecArray | undefined;
  for (const found of text.matchAll(pattern))
    if (!DENIED.test(text.slice(found.index + found[0].length).slice(0, 12))) last = found;
  return last;
}

/** Up to the end of the sentence; a formula at the very beginning is never cut. */
function untilEnd(text: string): string {
  const close = /^\$\$|^\\\[|^\\\(|^\$/.exec(text)?.[0];
  const pair = close === "\\[" ? "\\]" : close === "\\(" ? "\\)" : close;
  const from = pair ? text.indexOf(pair, pair.length) + pair.length : 0;
  const start = Math.max(from, 0);
  const end = SENTENCE_END.exec(text.slice(start));
  return end ? text.slice(0, start + end.index) : text;
}
