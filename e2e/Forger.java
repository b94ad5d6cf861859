import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.LockSupport;

/**
 * A function that does whatever its environment says, in the place of one that would judge: it
 * deletes the certificate DELETE, if there is a name, and then answers ANSWER or, with STALL, never.
 */
public class Forger implements RequestStreamHandler {
  @Override
  public void handleRequest(InputStream input, OutputStream output, Context context)
      throws IOException {
    String name = System.getenv().getOrDefault("DELETE", "");
    if (!name.isEmpty()) {
      delete(name);
    }
    if (System.getenv("STALL") != null) {
      LockSupport.park();
    }
    output.write(System.getenv("ANSWER").getBytes(StandardCharsets.UTF_8));
  }

  /** By IAM's protocol, without its SDK; the sandbox looks at the key, not at the signature. */
  private static void delete(String name) throws IOException {
    URI endpoint = URI.create(System.getenv("AWS_ENDPOINT_URL"));
    HttpURLConnection request = (HttpURLConnection) endpoint.toURL().openConnection();
    request.setRequestProperty(
        "Authorization",
        "AWS4-HMAC-SHA256 Credential="
            + System.getenv("AWS_ACCESS_KEY_ID")
            + "/20260101/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=0");
    request.setRequestProperty("X-Amz-Security-Token", System.getenv("AWS_SESSION_TOKEN"));
    request.setRequestProperty("Content-Type", "application/x-www-form-urlencoded");
    request.setDoOutput(true);
    String body = "Action=DeleteServerCertificate&Version=2010-05-08&ServerCertificateName=" + name;
    request.getOutputStream().write(body.getBytes(StandardCharsets.UTF_8));
    if (request.getResponseCode() != 200) {
      throw new IOException("The deletion failed with status " + request.getResponseCode());
    }
  }
}
