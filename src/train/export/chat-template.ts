/**
 * The policy reads plain text, a problem or a synthesis prompt, and was never shown a role: the last user turn
 * is the prompt, to the byte, as it is when pacore runs the model itself.
 */
export const CHAT_TEMPLATE =
  "{%- if messages[-1]['role'] != 'user' -%}" +
  "{{- raise_exception('The last message must be the user\\'s: it is all that the model reads.') -}}" +
  "{%- endif -%}" +
  "{{- messages[-1]['content'] -}}";
