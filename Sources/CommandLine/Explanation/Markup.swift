/// Text of HTML and SVG that is being written.
struct Markup {
  private(set) var text = ""

  /// Characters that mean something in markup, written so that they do not.
  static func escape(_ text: String) -> String {
    var result = ""
    for character in text {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      default: result.append(character)
      }
    }
    return result
  }

  /// Markup as it is.
  mutating func raw(_ markup: String) { text += markup }

  /// An element around `content`, which is markup already.
  mutating func element(_ name: String, _ attributes: KeyValuePairs<String, String> = [:], _ content: String = "") {
    text += "<\(name)"
    for (key, value) in attributes where !value.isEmpty { text += " \(key)=\"\(Self.escape(value))\"" }
    text += content.isEmpty ? "/>" : ">\(content)</\(name)>"
  }

  // MARK: SVG

  mutating func rectangle(
    _ x: Int, _ y: Int, _ width: Int, _ height: Int, _ style: String, title: String = "", link: Int? = nil
  ) {
    var shape = Markup()
    shape.element(
      "rect", ["x": "\(x)", "y": "\(y)", "width": "\(width)", "height": "\(height)", "rx": "3", "class": style],
      title.isEmpty ? "" : "<title>\(Self.escape(title))</title>")
    if let link { element("a", ["href": "#step\(link)"], shape.text) } else { raw(shape.text) }
  }

  mutating func path(_ d: String, _ style: String, marker: String = "") {
    element("path", ["d": d, "class": style, "marker-end": marker.isEmpty ? "" : "url(#\(marker))"])
  }

  /// - Parameter anchor: `start`, `middle` or `end`.
  mutating func label(_ x: Int, _ y: Int, _ words: String, _ style: String = "", anchor: String = "start") {
    element("text", ["x": "\(x)", "y": "\(y)", "class": style, "text-anchor": anchor], Self.escape(words))
  }
}
