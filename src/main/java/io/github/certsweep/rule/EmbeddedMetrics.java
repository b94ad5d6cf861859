package io.github.certsweep.rule;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.time.Instant;

/**
 * Metrics in CloudWatch's Embedded Metric Format: members of a log line that CloudWatch Logs turns
 * into metrics, without a call and without a permission. Source: "Specification: Embedded metric
 * format" in the Amazon CloudWatch User Guide.
 */
final class EmbeddedMetrics {
  private static final String NAMESPACE = "Certsweep";
  private static final String DIMENSION = "ConfigRuleName";

  private final JsonObject line;
  private final JsonArray definitions = new JsonArray();

  private EmbeddedMetrics(JsonObject line) {
    this.line = line;
  }

  /** Adds the metrics of a run to its log line. */
  static void addTo(JsonObject line, String ruleName, Instant at, CertificateCounts counts) {
    EmbeddedMetrics metrics = new EmbeddedMetrics(line);
    metrics.add("Certificates", "Count", counts.total());
    metrics.add("Expired", "Count", counts.expired());
    metrics.add("Expiring", "Count", counts.expiring());
    // CloudWatch has no unit for days.
    if (counts.daysToNextExpiration().isPresent()) {
      metrics.add("DaysToNextExpiration", "None", counts.daysToNextExpiration().getAsLong());
    }
    if (counts.usage().isPresent()) {
      CertificateCounts.Usage usage = counts.usage().get();
      // Zero, when not everything could be looked at, is not known: it would end an alarm.
      if (usage.expiredInUse() > 0 || usage.checksFailed() == 0) {
        metrics.add("ExpiredInUse", "Count", usage.expiredInUse());
      }
      metrics.add("UsageChecksFailed", "Count", usage.checksFailed());
    }
    line.addProperty(DIMENSION, ruleName);
    line.add("_aws", metrics.metadata(at));
  }

  private void add(String name, String unit, long value) {
    JsonObject definition = new JsonObject();
    definition.addProperty("Name", name);
    definition.addProperty("Unit", unit);
    definitions.add(definition);
    line.addProperty(name, value);
  }

  private JsonObject metadata(Instant at) {
    JsonArray dimensionSet = new JsonArray();
    dimensionSet.add(DIMENSION);
    JsonArray dimensions = new JsonArray();
    dimensions.add(dimensionSet);
    JsonObject directive = new JsonObject();
    directive.addProperty("Namespace", NAMESPACE);
    directive.add("Dimensions", dimensions);
    directive.add("Metrics", definitions);
    JsonArray directives = new JsonArray();
    directives.add(directive);
    JsonObject metadata = new JsonObject();
    metadata.addProperty("Timestamp", at.toEpochMilli());
    metadata.add("CloudWatchMetrics", directives);
    return metadata;
  }
}
