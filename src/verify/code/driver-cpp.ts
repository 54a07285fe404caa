/** Reads JSON into the types of a function's parameters, calls it, and prints its result (or, if void, its first argument). */
export const CPP_JSON = String.raw`
namespace pacore_driver {
using std::string; using std::vector; using std::tuple;
struct Reader {
  const string& text; size_t at = 0;
  void blank() { while (at < text.size() && isspace((unsigned char)text[at])) at++; }
  bool take(char c) { blank(); if (at < text.size() && text[at] == c) { at++; return true; } return false; }
  void need(char c) { if (!take(c)) throw std::runtime_error(string("expected ") + c); }
  string word() { blank(); size_t from = at; while (at < text.size() && !strchr(",]} \t\n", text[at])) at++; return text.substr(from, at - from); }
  void read(bool& x) { x = word() == "true"; }
  void read(int& x) { x = std::stoi(word()); }
  void read(long& x) { x = std::stol(word()); }
  void read(long long& x) { x = std::stoll(word()); }
  void read(unsigned& x) { x = (unsigned)std::stoul(word()); }
  void read(unsigned long& x) { x = std::stoul(word()); }
  void read(unsigned long long& x) { x = std::stoull(word()); }
  void read(double& x) { x = std::stod(word()); }
  void read(float& x) { x = std::stof(word()); }
  void read(char& x) { string s; read(s); x = s.empty() ? 0 : s[0]; }
  void point(string& x, unsigned u) {
    if (u < 0x80) x += (char)u;
    else if (u < 0x800) { x += (char)(0xC0 | u >> 6); x += (char)(0x80 | (u & 63)); }
    else if (u < 0x10000) { x += (char)(0xE0 | u >> 12); x += (char)(0x80 | (u >> 6 & 63)); x += (char)(0x80 | (u & 63)); }
    else { x += (char)(0xF0 | u >> 18); x += (char)(0x80 | (u >> 12 & 63)); x += (char)(0x80 | (u >> 6 & 63)); x += (char)(0x80 | (u & 63)); }
  }
  unsigned hex() { unsigned u = (unsigned)std::stoul(text.substr(at, 4), nullptr, 16); at += 4; return u; }
  void read(string& x) {
    need('"');
    while (at < text.size() && text[at] != '"') {
      char c = text[at++];
      if (c != '\\') { x += c; continue; }
      c = text[at++];
      if (c == 'n') x += '\n'; else if (c == 't') x += '\t'; else if (c == 'r') x += '\r'; else if (c == 'b') x += '\b'; else if (c == 'f') x += '\f';
      else if (c == 'u') {
        unsigned u = hex();
        if (u >= 0xD800 && u < 0xDC00 && text.compare(at, 2, "\\u") == 0) { at += 2; u = 0x10000 + ((u - 0xD800) << 10) + (hex() - 0xDC00); }
        point(x, u);
      } else x += c;
    }
    need('"');
  }
  void read(vector<bool>& x) { need('['); if (take(']')) return; do { bool b; read(b); x.push_back(b); } while (take(',')); need(']'); }
  template <class T> void read(vector<T>& x) { need('['); if (take(']')) return; do { T item{}; read(item); x.push_back(std::move(item)); } while (take(',')); need(']'); }
  template <class A, class B> void read(std::pair<A, B>& x) { need('['); read(x.first); need(','); read(x.second); need(']'); }
};
inline void write(FILE* f, bool x) { fputs(x ? "true" : "false", f); }
inline void write(FILE* f, const string& x) {
  fputc('"', f);
  for (unsigned char c : x) { if (c == '"' || c == '\\') { fputc('\\', f); fputc(c, f); } else if (c < 32) fprintf(f, "\\u%04x", c); else fputc(c, f); }
  fputc('"', f);
}
inline void write(FILE* f, const char* x) { write(f, string(x)); }
inline void write(FILE* f, char x) { write(f, string(1, x)); }
inline void write(FILE* f, double x) { fprintf(f, "%.17g", x); }
inline void write(FILE* f, float x) { fprintf(f, "%.9g", x); }
template <class T> typename std::enable_if<std::is_integral<T>::value>::type write(FILE* f, T x) { fputs(std::to_string(x).c_str(), f); }
template <class A, class B> void write(FILE* f, const std::pair<A, B>& x);
template <class T> void write(FILE* f, const vector<T>& x) { fputc('[', f); for (size_t i = 0; i < x.size(); i++) { if (i) fputc(',', f); write(f, (T)x[i]); } fputc(']', f); }
template <class A, class B> void write(FILE* f, const std::pair<A, B>& x) { fputc('[', f); write(f, x.first); fputc(',', f); write(f, x.second); fputc(']', f); }
template <class T> using Plain = typename std::remove_cv<typename std::remove_reference<T>::type>::type;
template <class R, class... A, class F, size_t... I> int call(F f, std::index_sequence<I...>) {
  string text((std::istreambuf_iterator<char>(std::cin)), std::istreambuf_iterator<char>());
  FILE* out = fdopen(dup(1), "w"); dup2(2, 1);
  Reader reader{text};
  tuple<Plain<A>...> all;
  int order[] = {0, (reader.read(std::get<I>(all)), 0)...}; (void)order;
  if constexpr (std::is_void<R>::value) { f(std::get<I>(all)...); if constexpr (sizeof...(A) > 0) write(out, std::get<0>(all)); else fputs("null", out); }
  else write(out, f(std::get<I>(all)...));
  fclose(out); return 0;
}
template <class R, class... A> int run(R (*f)(A...)) { return call<R, A...>(f, std::index_sequence_for<A...>{}); }
template <class C, class R, class... A> int run(R (C::*m)(A...)) { C it; return call<R, A...>([&](auto&... a) -> R { return (it.*m)(a...); }, std::index_sequence_for<A...>{}); }
template <class C, class R, class... A> int run(R (C::*m)(A...) const) { C it; return call<R, A...>([&](auto&... a) -> R { return (it.*m)(a...); }, std::index_sequence_for<A...>{}); }
}
`;
