# Pictures of the lab of the repository and of the homelab, with Graphviz.
# outside
cp -r "$checkout"/examples/homelab/. .
cp "$checkout/lab.json" .
page 'lab2nix graph' 0 '^flowchart LR'
page 'lab2nix graph --format dot | dot -Tpdf >lab.pdf'
as 'lab2nix graph --format dot | dot -Tpdf >lab.pdf' 'head -c 5 lab.pdf' 0 '%PDF-'
page 'lab2nix graph --format svg >lab.svg'
as 'lab2nix graph --format svg >lab.svg' 'cmp lab.svg "$checkout/docs/lab.svg"; head -c 4 lab.svg' 0 '^<svg'
page 'lab2nix graph --format html >lab.html'
as 'lab2nix graph --format html >lab.html' 'grep -c Content-Security-Policy lab.html'
as 'lab2nix check' 'lab2nix check nuc/lab.json tower/lab.json --several-hosts' 0
page 'lab2nix graph nuc/lab.json tower/lab.json --several-hosts --format html >homelab.html'
printf '# The lab\n\n<!-- lab2nix graph lab.json --into README.md begin -->\n<!-- lab2nix graph end -->\n' >README.md
as 'lab2nix graph lab.json --into README.md --check' 'lab2nix graph lab.json --into README.md --check' 1 'flowchart'
page 'lab2nix graph lab.json --into README.md' 0
page 'lab2nix graph lab.json --into README.md --check' 0
as '![The lab](lab.svg)' 'cat README.md' 0 'begin -->.```mermaid.flowchart LR'
# Where the lines are missing, nothing is written.
echo '# Nothing' >other.md
as 'lab2nix graph lab.json --into README.md' 'lab2nix graph lab.json --into other.md' 1 'begin -->'
