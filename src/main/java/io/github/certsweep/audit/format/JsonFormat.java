package io.github.certsweep.audit.format;

import com.google.gson.FormattingStyle;
import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.TypeAdapter;
import com.google.gson.stream.JsonWriter;
import io.github.certsweep.audit.report.AuditReport;
import io.github.certsweep.audit.report.AuditedCertificate;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;

/**
 * The whole report as JSON, as docs/audit.schema.json describes it. Written one certificate at a
 * time.
 */
public final class JsonFormat implements ReportFormat {
  /** Rises when a member is removed or changes its meaning. */
  public static final int SCHEMA_VERSION = 1;

  private static final TypeAdapter<JsonElement> ELEMENTS = new Gson().getAdapter(JsonElement.class);

  @Override
  public void write(AuditReport report, Appendable out) throws IOException {
    JsonWriter json = writer(out);
    json.setFormattingStyle(FormattingStyle.PRETTY);
    json.beginObject();
    for (Map.Entry<String, JsonElement> member : ReportJson.head(report).entrySet()) {
      ELEMENTS.write(json.name(member.getKey()), member.getValue());
    }
    json.name("certificates").beginArray();
    FlaggedSince since = FlaggedSince.in(report);
    for (AuditedCertificate certificate : report.certificates()) {
      ELEMENTS.write(json, CertificateJson.of(certificate, since));
    }
    json.endArray();
    Optional<JsonElement> comparison = report.comparison().map(ReportJson::comparison);
    ELEMENTS.write(json.name("comparison"), comparison.orElse(JsonNull.INSTANCE));
    json.endObject();
    out.append('\n');
  }

  /** Writes on one line, and leaves out members that are null. */
  static void writeLine(JsonElement element, Appendable out) throws IOException {
    JsonWriter json = writer(out);
    json.setSerializeNulls(false);
    ELEMENTS.write(json, element);
  }

  @SuppressWarnings(
      "resource") // There is nothing to close: what is written to belongs to the caller.
  private static JsonWriter writer(Appendable out) {
    return new JsonWriter(new AppendableWriter(out));
  }
}
