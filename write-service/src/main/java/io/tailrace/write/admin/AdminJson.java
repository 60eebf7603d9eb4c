package io.tailrace.write.admin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tailrace.write.audit.AuditLog;
import io.tailrace.write.broadcast.Job;
import java.util.List;

/** Answers as JSON. */
final class AdminJson {
  private static final JsonMapper JSON = new JsonMapper();

  private AdminJson() {}

  static ObjectNode job(Job job) {
    ObjectNode json = JSON.createObjectNode();
    json.put("id", job.id().toString());
    json.put("state", job.state());
    json.put("reached", job.reached());
    json.put("total", job.total());
    json.put("type", job.type());
    json.put("author", job.author());
    json.put("reason", job.reason());
    json.put("createdAt", job.createdAt());
    if (job.finishedAt() != null) {
      json.put("finishedAt", job.finishedAt());
    }
    if (job.failure() != null) {
      json.put("failure", job.failure());
    }
    return json;
  }

  /** A page; {@code next} leads to the following one, where there may be one. */
  static ObjectNode jobs(List<Job> jobs, int limit) {
    ObjectNode json = JSON.createObjectNode();
    ArrayNode all = json.putArray("broadcasts");
    jobs.forEach(job -> all.add(job(job)));
    if (jobs.size() < limit) {
      json.putNull("next");
    } else {
      json.put("next", jobs.getLast().createdAt());
    }
    return json;
  }

  /** A page; {@code next} leads to the following one, where there may be one. */
  static ObjectNode audit(List<AuditLog.Row> rows, int limit) {
    ObjectNode json = JSON.createObjectNode();
    ArrayNode all = json.putArray("entries");
    for (AuditLog.Row row : rows) {
      ObjectNode entry = all.addObject();
      entry.put("id", row.id()).put("at", row.at());
      entry.put("actor", row.actor());
      entry.put("action", row.action()).put("target", row.target());
      entry.set("detail", detail(row.detail()));
      if (row.reason() != null) {
        entry.put("reason", row.reason());
      }
      if (row.reached() != null) {
        entry.put("reached", row.reached());
      }
    }
    if (rows.size() < limit) {
      json.putNull("next");
    } else {
      json.put("next", rows.getLast().id());
    }
    return json;
  }

  private static JsonNode detail(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("PostgreSQL gave json that is none", e);
    }
  }
}
