package id.simpul.contoh;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Properties;
import java.util.UUID;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * What a regional system in Java does to reach Simpul: a CloudEvent on its office's intake topic.
 *
 * <p>Java's own partitioner is the one that intake expects. A command is known by its key, source and id: sending
 * the same again changes nothing.
 */
public final class RegionalSystem {
  private final KafkaProducer<String, String> producer;
  private final String topic;
  private final String source;
  private PrivateKey key;
  private String keyId;

  RegionalSystem(String bootstrap, String office) {
    Properties settings = new Properties();
    settings.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
    settings.put(ProducerConfig.ACKS_CONFIG, "all");
    producer = new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer());
    topic = "simpul." + office + ".intake.v1";
    source = "/" + office + "/java";
  }

  /** Waits until Kafka has it. {@code identity} names the command for good. */
  void publish(String type, String key, String identity, String data) throws Exception {
    ProducerRecord<String, String> record = new ProducerRecord<>(topic, key, data);
    String id = UUID.nameUUIDFromBytes(utf8(source + "/" + key + "/" + identity)).toString();
    header(record, "ce_specversion", "1.0");
    header(record, "ce_id", id);
    header(record, "ce_source", source);
    header(record, "ce_type", "id.simpul." + type + ".v1");
    header(record, "ce_time", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    header(record, "ce_subject", key);
    header(record, "content-type", "application/json");
    if (this.key != null) {
      header(record, "simpul_signature", signature(key, source, id, "id.simpul." + type + ".v1", data));
    }
    producer.send(record).get();
  }

  /** Signs every record from now on, with files of {@code openssl}: the private key in PEM, the public in DER. */
  void signWith(Path pem, Path publicDer) throws Exception {
    String text = Files.readString(pem).replaceAll("-----[^-]+-----|\\s", "");
    key =
        KeyFactory.getInstance("Ed25519")
            .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(text)));
    byte[] der = Files.readAllBytes(publicDer);
    byte[] raw = Arrays.copyOfRange(der, der.length - 32, der.length);
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(raw);
    keyId = HexFormat.of().formatHex(digest).substring(0, 16);
  }

  /** Over the parts, each behind its length as four bytes, the highest first. */
  private String signature(String... parts) throws Exception {
    ByteArrayOutputStream message = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(message);
    for (String part : parts) {
      out.writeInt(utf8(part).length);
      out.write(utf8(part));
    }
    Signature signing = Signature.getInstance("Ed25519");
    signing.initSign(key);
    signing.update(message.toByteArray());
    return keyId + ":" + Base64.getEncoder().encodeToString(signing.sign());
  }

  private static void header(ProducerRecord<String, String> record, String name, String value) {
    record.headers().add(name, utf8(value));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Arguments: where Kafka listens, the office's code, the activity's id, and perhaps the files of a key. Registers one
   * made-up person.
   */
  public static void main(String[] arguments) throws Exception {
    if (arguments.length != 3 && arguments.length != 5) {
      System.err.println("usage: RegionalSystem HOST:PORT OFFICE ACTIVITY [PRIVATE.pem PUBLIC.der]");
      System.exit(2);
    }
    RegionalSystem portal = new RegionalSystem(arguments[0], arguments[1]);
    if (arguments.length == 5) {
      portal.signWith(Path.of(arguments[3]), Path.of(arguments[4]));
    }
    String activity = arguments[2];
    String email = "wayan.contoh@sekolah.example";
    String data =
        """
        {"activity": "%s", "category": "guru", "regency": "51.03",
         "participant": {"name": "I Wayan Contoh", "email": "%s"}}
        """.formatted(activity, email);
    portal.publish("registration.submit", activity, email, data);
    portal.producer.close();
    System.out.println("sent to " + portal.topic + " as " + portal.source);
  }
}
